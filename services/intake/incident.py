"""A case as a dispatch system takes it: an incident in the names of NENA's EIDO, or a CAP 1.2 alert. Pure.

EIDO is NENA-STA-021.1 (JSON); CAP is OASIS' Common Alerting Protocol (XML). What either gives a closed list for and
the desk knows only in its own words goes into the fields that are meant for internal words.
"""

import re
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any
from xml.etree.ElementTree import Element, SubElement, register_namespace, tostring
from zoneinfo import ZoneInfo

from services.intake.case import Case
from services.intake.unit import Position
from shared import ids
from shared.packs import URGENT_FACTS

CAP = "urn:oasis:names:tc:emergency:cap:1.2"
_PIDF = "urn:ietf:params:xml:ns:pidf"
_GEOPRIV = "urn:ietf:params:xml:ns:pidf:geopriv10"
_GML = "http://www.opengis.net/gml"
_WGS_84 = "urn:ogc:def:crs:EPSG::4326"

_PRIORITY = {"life": 10, "dispatch": 8, "other": 3}
"""EIDO's common priority: 10 is the highest."""

_CATEGORIES = {"fire": "Fire", "weapon": "Security", "hostage": "Security", "danger_to_life": "Rescue"}
_CIRCLE_KM = 0.1
_NOT_IN_XML = re.compile("[\ufffe\uffff]")


@dataclass(frozen=True)
class Incident:
    """What the desk hands over. `by` is the host that answers for it, `at` the time of the last change."""

    case: Case
    category_name: str
    incident_type: str | None
    organisation: str
    by: str
    at: datetime
    zone: ZoneInfo
    text: str
    facts: tuple[str, ...] = ()
    address: str | None = None
    position: Position | None = None
    phone: str | None = None

    @property
    def number(self) -> str:
        return ids.spoken(self.case.id)

    @property
    def priority(self) -> str:
        """How urgent: somebody's life, somebody is sent, or neither."""
        if URGENT_FACTS & set(self.facts):
            return "life"
        return "dispatch" if self.case.urgent else "other"


def as_eido(incident: Incident) -> dict[str, Any]:
    """The incident as an Emergency Incident Data Object."""
    at = incident.at.astimezone(incident.zone).isoformat()
    agency, told, place, back = f"agency-{incident.by}", "note-report", "location-incident", "callback-caller"

    def component(identity: str, **fields: Any) -> dict[str, Any]:
        return {"$id": identity, "lastUpdateTimeStamp": at, "updatedByAgencyReference": {"$ref": agency}, **fields}

    located = bool(incident.address or incident.position)
    about = component(
        f"incident-{incident.case.id}",
        incidentTypeCommonRegistryText=incident.incident_type or "OTHER",
        incidentTypeInternalCode=incident.case.category,
        incidentTypeInternalText=incident.category_name,
        incidentStatusInternalText=[incident.case.state.value],
        incidentCommonPriorityNumber=_PRIORITY[incident.priority],
        incidentPriorityInternalText=", ".join(incident.case.dispositions),
        internalIncidentId=incident.number,
        notesReference=[{"$ref": told}],
        **({"locationReference": [{"$ref": place}]} if located else {}),
    )
    return {
        "$id": f"urn:emergency:uid:incidentid:{incident.case.id.lower()}:{incident.by}",
        "lastUpdateTimeStamp": at,
        "updatedByAgencyReference": {"$ref": agency},
        "eidoVersion": "1.0",
        "issuingElementIdentification": incident.by,
        "incidentComponent": about,
        "agencyComponent": [
            component(
                agency,
                agencyRoleDescriptionRegistryText=["CallReceiving"],
                agencyType=["psap"],
                incidentOwningAgencyIndicator=True,
            )
        ],
        # EIDO's notes are HTML: what a stranger wrote is text in it and nothing else.
        "notesComponent": [
            component(told, notesActionComments=escape(incident.text)),
            *(
                [component("note-unit", notesActionComments=escape(f"Unit sent by the desk: {incident.case.unit}"))]
                if incident.case.unit
                else []
            ),
        ],
        **({"locationComponent": [component(place, **_location(incident))]} if located else {}),
        **(
            {"callbackComponent": [component(back, callBackInformationUri=[f"tel:{incident.phone}"])]}
            if incident.phone
            else {}
        ),
    }


def _location(incident: Incident) -> dict[str, Any]:
    fields: dict[str, Any] = {"locationTypeDescriptionRegistryText": "CurrentIncident"}
    if incident.position:
        fields["locationByValue"] = _pidf(incident, incident.position)
    if incident.address:
        fields["locationDescriptionText"] = incident.address
    return fields


def _pidf(incident: Incident, position: Position) -> str:
    """A point as a PIDF-LO (RFC 5491)."""
    for prefix, namespace in (("", _PIDF), ("gp", _GEOPRIV), ("gml", _GML)):
        register_namespace(prefix, namespace)
    presence = Element(f"{{{_PIDF}}}presence", {"entity": f"pres:{incident.case.id.lower()}@{incident.by}"})
    part = SubElement(presence, f"{{{_PIDF}}}tuple", {"id": "incident"})
    geopriv = SubElement(SubElement(part, f"{{{_PIDF}}}status"), f"{{{_GEOPRIV}}}geopriv")
    point = SubElement(SubElement(geopriv, f"{{{_GEOPRIV}}}location-info"), f"{{{_GML}}}Point", {"srsName": _WGS_84})
    SubElement(point, f"{{{_GML}}}pos").text = f"{position.lat} {position.long}"
    SubElement(geopriv, f"{{{_GEOPRIV}}}usage-rules")
    return tostring(presence, encoding="unicode")


def as_cap(incident: Incident) -> bytes:
    """The incident as an alert to whoever dispatches, for nobody else: its scope is restricted."""
    case = incident.case
    alert = Element("alert", {"xmlns": CAP})
    _texts(
        alert,
        ("identifier", f"ahd-{case.id}-{case.seq}"),
        ("sender", incident.by),
        ("sent", incident.at.astimezone(incident.zone).replace(microsecond=0).isoformat()),
        ("status", "Actual"),
        ("msgType", "Alert"),
        ("scope", "Restricted"),
        ("restriction", "For those who dispatch, and whom they send"),
        ("incidents", case.id),
    )
    info = SubElement(alert, "info")
    categories = sorted({_CATEGORIES[fact] for fact in incident.facts if fact in _CATEGORIES}) or ["Safety"]
    _texts(
        info,
        ("language", case.language),
        *(("category", category) for category in categories),
        ("event", incident.category_name),
        ("urgency", "Immediate" if case.urgent else "Expected"),
        ("severity", {"life": "Extreme", "dispatch": "Severe", "other": "Unknown"}[incident.priority]),
        ("certainty", "Likely"),
        ("senderName", incident.organisation),
        ("headline", f"{incident.category_name}: {incident.number}"[:160]),
        ("description", incident.text),
    )
    if incident.address or incident.position:
        area = SubElement(info, "area")
        _texts(area, ("areaDesc", incident.address or "a point on the map"))
        if incident.position:
            circle = f"{incident.position.lat:.6f},{incident.position.long:.6f} {_CIRCLE_KM}"
            _texts(area, ("circle", circle))
    return bytes(tostring(alert, encoding="utf-8", xml_declaration=True))


def _texts(parent: Element, *fields: tuple[str, str]) -> None:
    for name, text in fields:
        SubElement(parent, name).text = _NOT_IN_XML.sub("", text)
