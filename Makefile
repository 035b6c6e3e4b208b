# Two commands do everything: `make up` brings the desk up on this machine, `make test` proves it.
SHELL := /bin/bash
.DEFAULT_GOAL := help

UV_VERSION := 0.13.9
UV := .tools/bin/uv
PY := .venv/bin/python
export UV_COMPILE_BYTECODE := 1
export UV_PYTHON_DOWNLOADS := never
export JSII_SILENCE_WARNING_END_OF_LIFE_NODE_VERSION := 20
unexport PYTHONDONTWRITEBYTECODE

.PHONY: help
help: ## what there is
	@grep -hE '^[a-z-]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

$(UV):
	@python3 -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Ahd needs Python 3.11 or newer as python3."; exit 1; }
	@echo "fetching uv $(UV_VERSION)"
	@python3 -m venv .tools
	@.tools/bin/python -m pip install --quiet --disable-pip-version-check uv==$(UV_VERSION)

.venv/.synced: pyproject.toml uv.lock | $(UV)
	@$(UV) sync --frozen --quiet
	@touch $@

.venv-local/.synced: pyproject.toml uv.lock | $(UV)
	@UV_PROJECT_ENVIRONMENT=.venv-local $(UV) sync --frozen --quiet --only-group local
	@touch $@

.PHONY: node
node:
	@command -v node >/dev/null || { echo "Ahd needs Node.js 20 or newer on the PATH: it builds the pages and the templates."; exit 1; }
	@node -e 'process.exit(Number(process.versions.node.split(".")[0] < 20))' || { echo "Ahd needs Node.js 20 or newer, this is $$(node --version)."; exit 1; }

PORT := 8311
STATE := state
PACK := police
PACKS :=
# A pack that lives elsewhere: PACKS=../our-packs PACK=hospital, or PACK=../our-packs/hospital.
override FOLDER_OF_PACK := $(if $(findstring /,$(PACK)),$(patsubst %/,%,$(dir $(PACK:%/=%))))
override NAME_OF_PACK := $(notdir $(PACK:%/=%))
override ELSEWHERE := $(strip $(PACKS) $(FOLDER_OF_PACK))
override KNOWN_PACKS := $(wildcard $(addsuffix /*/pack.yaml,packs $(ELSEWHERE)))
override FOUND_PACK := $(wildcard $(addsuffix /$(NAME_OF_PACK)/pack.yaml,packs $(ELSEWHERE)))
DESK := .venv-local/bin/python -m infra.local.desk

.PHONY: up
up: node .venv-local/.synced $(if $(FOUND_PACK),,no-such-pack) package ## build what has changed and bring the desk up on this machine (PORT=8311 PACK=police PACKS=../our-packs)
	@$(PY) -m infra.app
	@$(DESK) up --port $(PORT) --state $(STATE) --parameter Pack=$(NAME_OF_PACK)

.PHONY: no-such-pack
no-such-pack:
	@echo "There is no pack $(PACK). There are: $(notdir $(KNOWN_PACKS:/pack.yaml=)). PACKS=FOLDER names a folder of more."; exit 1

.PHONY: down
down: .venv-local/.synced ## stop the desk; what it knows is kept
	@$(DESK) down --state $(STATE)

.PHONY: reset
reset: .venv-local/.synced ## stop the desk and empty it
	@$(DESK) reset --state $(STATE)

.PHONY: demo
demo: .venv/.synced ## real requests through the running desk, and what became of each (PORT=8311 ROWS=400)
	@$(PY) -m demo --port $(PORT) $(if $(ROWS),--rows $(ROWS))

.PHONY: import
import: .venv/.synced ## rows of a CSV into the running desk, each once: FILE=calls.csv MAP=calls.toml [PORT=8311]; docs/operations.md
	@$(PY) -m transfer --port $(PORT) import "$(FILE)" --map "$(MAP)" --secret $(STATE)/import.secret $(if $(CONTACTS),--contacts)

.PHONY: export
export: .venv/.synced ## all cases out of the running desk: FILE=cases.csv or .jsonl [PERSONAL=1] [PORT=8311]
	@$(PY) -m transfer --port $(PORT) export "$(FILE)" $(if $(PERSONAL),--personal)

.PHONY: recalculate
recalculate: .venv/.synced ## which dates a changed pack or calendar moves (PORT=8311); APPLY=1 REASON="…" moves them
	@$(PY) -m infra.recalculate --port $(PORT) $(if $(APPLY),--apply) --reason "$$REASON" $(if $(JSON),--json) $(if $(ZONE),--zone $(ZONE))

.PHONY: check
check: lint synth ## the quick half of the tests: everything that needs no desk running
	$(PY) -m pytest -n 2 --dist worksteal tests/unit tests/contract tests/service tests/infra tests/faults

.PHONY: test
test: check .venv-local/.synced tests/browser/node_modules/.synced ## everything, with a desk of its own and a browser
	$(PY) -m pytest -n 2 --dist loadfile tests/browser tests/journey

tests/browser/node_modules/.synced: tests/browser/package-lock.json | node
	@cd tests/browser && npm ci --silent --no-audit --no-fund && touch node_modules/.synced

.PHONY: faults
faults: .venv/.synced ## worlds in which everything goes wrong that can, SEEDS=500 of them; STORY=17 tells one of them (docs/faults.md)
	@$(PY) -m tests.faults $(if $(STORY),--story $(STORY),--seeds $(or $(SEEDS),500) $(if $(FROM),--from $(FROM)))

.PHONY: fuzz
fuzz: synth .venv-local/.synced ## whatever the descriptions of the APIs allow, against a desk of its own (EXAMPLES=50)
	EXAMPLES=$(or $(EXAMPLES),50) $(PY) -m pytest -q tests/journey/test_described.py

.PHONY: messages
messages: .venv/.synced ## messages through providers that fail at random: none lost, none doubled (MESSAGES=10000 SEED=1)
	@MESSAGES=$(or $(MESSAGES),10000) SEED=$(or $(SEED),1) $(PY) -m pytest -q tests/service/test_ten_thousand.py

.PHONY: lint
lint: .venv/.synced ## ruff, mypy, import rules, how messages speak, holes that bandit knows
	$(PY) -m ruff check .
	$(PY) -m ruff format --check .
	$(PY) -m mypy
	.venv/bin/lint-imports --no-cache
	$(PY) -m infra.wording
	$(PY) -m bandit -q -c pyproject.toml -r services shared transfer demo packs
	$(PY) -m bandit -q -c pyproject.toml -ll -r infra benchmarks

.PHONY: packs
packs: .venv/.synced ## what is wrong with packs, by file and line (FOLDER=… for packs elsewhere)
	@$(PY) -m infra.packs --check $(FOLDER)

.PHONY: wording
wording: .venv/.synced ## how messages speak: courtesy, tone, and how many parts each text message is [PACK=police]
	@$(PY) -m infra.wording
	@$(PY) -m infra.wording.preview $(or $(FOLDER_OF_PACK),packs)/$(NAME_OF_PACK)

.PHONY: package
package: .venv/.synced ## the Lambda packages, for this machine, each with its bill of materials (CycloneDX)
	@$(PY) -m infra.package $(ELSEWHERE:%=--packs %)

.PHONY: synth
synth: package ## the CloudFormation in build/cdk.out, checked by cfn-lint and cdk-nag; offline
	@$(PY) -m infra.app --check

.PHONY: bench
bench: package ## what the desk costs beside its floor, as ratios and counts; keeps them in benchmarks/RESULTS.md
	@$(PY) -m infra.app
	@$(PY) -m benchmarks --write

PRODUCTION := build/production
CDK := npx --yes aws-cdk@2.1148.1
STACKS := AhdIntake AhdComplaints AhdNotify AhdSurvey

comma := ,

.PHONY: deploy
deploy: .venv/.synced node $(if $(FOUND_PACK),,no-such-pack) ## to the caller's AWS account: MAIL_FROM=… DUTY_MAIL=… [DESK_URL=…] [NEUTRAL_FROM=…] [SMS_SENDER=…] [SMS_COUNTRIES=…] [SMS_PROVIDERS=eum,sns] [SMS_PRICES=…] [SMS_DAY=…] [SMS_DAY_URGENT=…] [SMS_DAY_STAFF=…] [SMS_DAY_SUBSCRIBERS=…] [OPEN311_KEYS=…] [SCAN_FILES=no] [PACK=…] [PACKS=…]; docs/operations.md
	@test -n "$(MAIL_FROM)" -a -n "$(DUTY_MAIL)" || { echo "Say who sends and who is told: make deploy MAIL_FROM=desk@example.org DUTY_MAIL=duty@example.org"; exit 1; }
	@$(PY) -m infra.package --production --out $(PRODUCTION)/packages $(ELSEWHERE:%=--packs %)
	@$(PY) -m infra.app --check --packages $(PRODUCTION)/packages --out $(PRODUCTION)/cdk.out
	$(CDK) deploy --app $(PRODUCTION)/cdk.out --all \
		$(foreach stack,$(STACKS),--parameters $(stack):Pack=$(NAME_OF_PACK) --parameters "$(stack):DeskUrl=$(DESK_URL)") \
		--parameters "AhdNotify:MailFrom=$(MAIL_FROM)" --parameters "AhdNotify:DutyMail=$(DUTY_MAIL)" \
		--parameters "AhdNotify:NeutralFrom=$(NEUTRAL_FROM)" \
		--parameters "AhdNotify:SmsSender=$(SMS_SENDER)" --parameters "AhdNotify:SmsCountries=$(SMS_COUNTRIES)" \
		--parameters "AhdNotify:SmsProviders=$(or $(SMS_PROVIDERS),sns$(comma)eum)" --parameters "AhdNotify:SmsPrices=$(or $(SMS_PRICES),*=10)" \
		--parameters "AhdNotify:SmsDay=$(or $(SMS_DAY),5000)" --parameters "AhdNotify:SmsDayUrgent=$(or $(SMS_DAY_URGENT),5000)" \
		--parameters "AhdNotify:SmsDayStaff=$(or $(SMS_DAY_STAFF),5000)" --parameters "AhdNotify:SmsDaySubscribers=$(or $(SMS_DAY_SUBSCRIBERS),5000)" \
		--parameters "AhdIntake:Open311Keys=$(OPEN311_KEYS)" \
		--parameters "AhdIntake:ScanFiles=$(or $(SCAN_FILES),yes)"

.PHONY: worktime-oracle
worktime-oracle: .venv/.synced ## hold working time against FILE=cases.json
	@$(PY) -m tests.unit.worktime.oracle $(FILE)

.PHONY: triage-eval
triage-eval: .venv/.synced ## how often proposed categories are right: FILE=… with columns id, lang, code, text (without: the pack's own phrases)
	@$(PY) -m infra.triage_eval $(if $(FILE),"$(FILE)",--phrases)

.PHONY: docs
docs: .venv/.synced ## what in docs/ is drawn from the code
	@$(PY) -m infra.eventmap
	@$(PY) -m infra.events_doc
	@$(PY) -m infra.openapi_complaints
	@$(PY) -m infra.openapi_intake
	@$(PY) -m infra.openapi_notify
	@$(PY) -m infra.packs.schema

