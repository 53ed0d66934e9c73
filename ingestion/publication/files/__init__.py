"""An edition on the disk: its folder, the segments of its dumps, their numbers; the publisher's ledger and stores."""
