"""The desk on one machine: the synthesised template, deployed to a local AWS emulator that forgets nothing."""
