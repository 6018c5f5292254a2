"""Says who came before which camera, in which zones, and who left; alerts when somebody is on a watchlist."""

import argparse
import json
import signal
import sys
from collections import OrderedDict
from datetime import datetime

from kafka import KafkaConsumer

# The tracks of the last while: a track may go on after its end, but not for ever.
MOST_TRACKS = 10_000


def time(text):
    return datetime.strptime(text, "%Y-%m-%dT%H:%M:%S.%fZ")


def sentence(event):
    """What there is to say of an event."""
    who = "somebody unknown" if event["personId"] is None else event["name"]
    if event["type"] == "ended":
        stayed = time(event["lastSeen"]) - time(event["firstSeen"])
        return f"{who} left after {int(stayed.total_seconds())} s"
    watchlist = event.get("watchlist")
    said = f"ALERT, {who} of the watchlist {watchlist}" if watchlist else who
    zones = event.get("zones")  # Those of the camera's in which the person has been so far.
    return f"{said}, in {' and '.join(zones)}" if zones else said


def take(event, tracks):
    """Says what is new of an event's track; `tracks` holds the highest revision and what was said."""
    revision, said = tracks.get(event["track"], (0, None))
    if event["revision"] <= revision:
        return  # Known already: the highest revision of a track counts.
    now = sentence(event)
    if now != said:  # An `updated` may only say that it is surer.
        print(f"{event['camera']}: {now}", flush=True)
    tracks[event["track"]] = (event["revision"], now)
    if len(tracks) > MOST_TRACKS:
        tracks.popitem(last=False)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("servers", nargs="?", default="127.0.0.1:19092")
    parser.add_argument("--from-beginning", action="store_true", help="read what is kept, too")
    options = parser.parse_args()
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
    consumer = KafkaConsumer(
        "cctv.identities.v1",
        bootstrap_servers=options.servers,
        group_id="watch-identities-python",
        # Without it, events would be seen of transactions that a killed worker left behind.
        isolation_level="read_committed",
        auto_offset_reset="earliest" if options.from_beginning else "latest",
        # Offsets are committed when the events have had their effect: each has it at least once.
        enable_auto_commit=False,
    )
    tracks = OrderedDict()
    try:
        while True:
            records = consumer.poll(timeout_ms=1000)
            for partition in records.values():
                for record in partition:
                    take(json.loads(record.value), tracks)
            if records:
                consumer.commit()
    except KeyboardInterrupt:
        pass
    finally:
        consumer.close()


if __name__ == "__main__":
    main()
