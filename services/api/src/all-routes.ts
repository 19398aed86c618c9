import type { ApiContext } from './context.ts';
import { addressCodeRoutes } from './routes/address-codes.ts';
import { addressRoutes } from './routes/addresses.ts';
import { alertRoutes } from './routes/alerts.ts';
import { assignmentRoutes } from './routes/assignments.ts';
import { colleagueRoutes } from './routes/colleagues.ts';
import { commandRoutes } from './routes/commands.ts';
import { consentRoutes } from './routes/consents.ts';
import { failedMessageRoutes } from './routes/failed-messages.ts';
import { feedbackRoutes } from './routes/feedback.ts';
import { forecastRoutes } from './routes/forecasts.ts';
import { heldRuleRoutes } from './routes/held-rules.ts';
import { mapRoutes } from './routes/map.ts';
import { passkeyRoutes } from './routes/passkeys.ts';
import { peopleRoutes } from './routes/people.ts';
import { placeRoutes } from './routes/places.ts';
import { pushRoutes } from './routes/push.ts';
import { qualityRoutes } from './routes/quality.ts';
import { quieterRuleRoutes } from './routes/quieter-rules.ts';
import { roadRoutes } from './routes/road.ts';
import { ruleLoadRoutes } from './routes/rule-loads.ts';
import { sessionRoutes } from './routes/sessions.ts';
import { signInMailRoutes } from './routes/sign-in-mails.ts';
import { signalRoutes } from './routes/signals.ts';
import { slackRoutes } from './routes/slack.ts';
import { smsRoutes } from './routes/sms.ts';
import { telegramRoutes } from './routes/telegram.ts';
import { tokenRoutes } from './routes/tokens.ts';
import { tripFileRoutes } from './routes/trip-files.ts';
import { tripGuessRoutes } from './routes/trip-guesses.ts';
import { tripRoutes } from './routes/trips.ts';
import { vehicleRoutes } from './routes/vehicles.ts';
import { whatIfRoutes } from './routes/what-if.ts';
import type { ApiServer } from './server.ts';

/** Everything that can be asked, but for what needs more than the context: health, trip sources, VINs, the live feed. */
export const ROUTES: readonly ((server: ApiServer, context: ApiContext) => void)[] = [
  peopleRoutes,
  quieterRuleRoutes,
  addressCodeRoutes,
  addressRoutes,
  smsRoutes,
  pushRoutes,
  telegramRoutes,
  slackRoutes,
  tokenRoutes,
  sessionRoutes,
  passkeyRoutes,
  signInMailRoutes,
  vehicleRoutes,
  assignmentRoutes,
  colleagueRoutes,
  consentRoutes,
  commandRoutes,
  tripRoutes,
  tripGuessRoutes,
  placeRoutes,
  tripFileRoutes,
  alertRoutes,
  mapRoutes,
  feedbackRoutes,
  failedMessageRoutes,
  signalRoutes,
  forecastRoutes,
  roadRoutes,
  whatIfRoutes,
  qualityRoutes,
  heldRuleRoutes,
  ruleLoadRoutes,
];
