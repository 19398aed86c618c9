#!/bin/bash
# Runs once, when InfluxDB is set up with the bucket of the crowds' figures: no vehicle's name, and none below ten
# cars. Buckets of single cars, and the token of our services, come from `outrider series prepare`.
set -euo pipefail
org="$DOCKER_INFLUXDB_INIT_ORG"
id_of() { influx bucket list --org "$org" --name "$1" --hide-headers | cut -f 1; }

# Grafana asks in InfluxQL, which takes a login.
influx v1 auth create --org "$org" --username grafana --password "$GRAFANA_PASSWORD" \
  --read-bucket "$(id_of outrider_fleet)"

# InfluxDB knows no consents, so this is a decision of whoever runs it: see infra/docker/README.md.
if [ "$FLEET_AGGREGATES" = on ]; then
  influx task create --org "$org" --file /etc/outrider/fleet-hourly.flux
fi
