import { type Clock, type Log, systemClock, systemRandom } from '@outrider/runtime';
import { openWorldSources } from '@outrider/world';
import { type Composition, composeServices } from './compose.ts';
import type { StandaloneSettings } from './settings.ts';

/**
 * Starts every service on the system's clock.
 * @returns the running services and what to tell the user
 * @throws SettingsError, DataFolderInUse, or what the engine or port says
 */
export async function startServer(
  settings: StandaloneSettings,
  log: Log,
  clock: Clock = systemClock,
): Promise<{ readonly composition: Composition; readonly welcome: string }> {
  const {
    locations: chargers,
    chargerSources,
    weather,
    ...roads
  } = await openWorldSources(settings.world, {
    clock,
    random: systemRandom,
    fetch,
    log,
  });
  const composition = await composeServices({
    settings,
    eventClock: clock,
    realClock: clock,
    log,
    chargers,
    chargerSources,
    roads,
    weather,
  });
  await composition.start();
  return { composition, welcome: welcomeText(composition.addresses(), await composition.adminToken()) };
}

/** What to do next, in commands that can be copied. The token is shown this once. */
export function welcomeText(
  { gateway, api }: { readonly gateway: string; readonly api: string },
  adminToken: string | undefined,
): string {
  return `Outrider runs.

  people                ${api}          (sign in with your token)
  programs              ${api}/v1       (documentation: ${api}/docs)
  cars                  ${gateway}          WebSocket /v1/stream, POST /v1/frames, ABRP /1/tlm/send
  health                ${api}/readyz    ${api}/metrics
${adminToken === undefined ? TOKEN_IS_KNOWN : firstSteps({ gateway, api }, adminToken)}
Ctrl-C stops it and loses nothing.
`;
}

const TOKEN_IS_KNOWN = `
The admin token was shown when this data folder was first used.
`;

const firstSteps = (
  { gateway, api }: { readonly gateway: string; readonly api: string },
  adminToken: string,
): string => `
The admin token, shown this once: keep it.

  ADMIN=${adminToken}

1. A driver. The answer holds their token:

  curl -s ${api}/v1/people -H "authorization: Bearer $ADMIN" -H 'content-type: application/json' \\
    -d '{"name":"Alex","role":"driver","email":"alex@example.org","units":"metric","timeZone":"Europe/Berlin"}'
  DRIVER=…      # also signs in on the page, ${api}

2. Their car. The answer holds the device token and where the car connects; models: ${api}/v1/vehicle-models

  curl -s ${api}/v1/purposes -H "authorization: Bearer $DRIVER"        # what each consent means, and textVersion
  curl -s ${api}/v1/vehicles -H "authorization: Bearer $DRIVER" -H 'content-type: application/json' \\
    -d '{"modelId":"generic-suv","label":"My car","consents":{"alert_driver":true,"show_driver":true},"textVersion":"…"}'
  CAR=veh_…  DEVICE=device_…

3. A trip:

  curl -s ${api}/v1/vehicles/$CAR/trips -H "authorization: Bearer $DRIVER" -H 'content-type: application/json' \\
    -d '{"departAt":"'"$(date -u +%FT%TZ)"'","origin":{"name":"Home","lat":52.52,"lon":13.40},
         "stops":[{"name":"Hamburg","lat":53.55,"lon":9.99,"kind":"destination"}]}'

4. What the car measures, as often as it can (other ways: services/gateway/README.md):

  curl -s ${gateway}/v1/frames -H "authorization: Bearer $DEVICE" -H 'content-type: application/json' \\
    -d '{"frames":[{"observedAt":"'"$(date -u +%FT%TZ)"'","signals":{
         "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current":62,"Vehicle.Speed":0,
         "Vehicle.CurrentLocation.Latitude":52.52,"Vehicle.CurrentLocation.Longitude":13.40}}]}'
  curl -s ${api}/v1/vehicles/$CAR/forecast -H "authorization: Bearer $DRIVER"
`;
