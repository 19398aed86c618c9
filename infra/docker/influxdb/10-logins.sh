#!/bin/bash
# Runs once, when InfluxDB is set up. One login per reader, each with the buckets it needs and no other.
set -euo pipefail
org="$DOCKER_INFLUXDB_INIT_ORG"
id_of() { influx bucket list --org "$org" --name "$1" --hide-headers | cut -f 1; }

# Figures of crowds: no vehicle's name, and none below ten cars.
influx bucket create --org "$org" --name outrider_fleet --retention 0

raw="$(id_of outrider_raw)"
influx v1 auth create --org "$org" --username outrider --password "$OUTRIDER_PASSWORD" \
  --read-bucket "$raw" --write-bucket "$raw"
influx v1 auth create --org "$org" --username grafana --password "$GRAFANA_PASSWORD" \
  --read-bucket "$(id_of outrider_fleet)"

# InfluxDB knows no consents, so this is a decision of whoever runs it: see infra/docker/README.md.
if [ "$FLEET_AGGREGATES" = on ]; then
  influx task create --org "$org" --file /etc/outrider/fleet-hourly.flux
fi
