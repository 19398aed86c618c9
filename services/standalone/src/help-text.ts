import { DEFAULT_CANARY } from './canary/read-command.ts';
import {
  DEFAULT_MINUTE_DAYS,
  DEFAULT_OUT,
  DEFAULT_PARTITIONS,
  DEFAULT_QUALITY_DAYS,
  DEFAULT_RAW_DAYS,
  DEFAULT_REPLICATION,
  DEFAULT_SCENARIOS,
} from './defaults.ts';
import { DEFAULT_LIMIT } from './messages/read-command.ts';

const HELP = {
  outrider: `Outrider warns the driver of an electric car before a trip fails.

Usage: outrider <command> [options]

  start     the server, for real use: data in ./data, everything on this machine
  demo      replays real drives through every service and shows what was said, when
  rules test         runs the tests beside the rules; rules explain answers why a driver was warned, or was not;
                     rules backtest replays stored history through rules beside those of today;
                     rules reinstate lets a rule interrupt again that was held to silent cards;
                     rules brakes lists those that fired for too much of the fleet, and answers them;
                     rules history lists which were loaded when, and what was refused
  simulate           a fleet that does not exist: frames, plans and how each drive truly ended, from a seed
  canary             tries every rule over every channel, again and again, and pages when one does not arrive
  messages failed    lists the messages that were given up, and why; messages replay tries some again
  quality            what warnings and forecasts were worth, by rule
  compare            our forecasts of the charge on arrival beside the cars' own, on the same trips
  providers check    asks every configured provider one question and prints a table
  series prepare     makes the database, retention and aggregates of an InfluxDB; series backfill computes
                     the aggregates of a time again
  sources check      looks whether every source of telemetry can be read; sources acls prints what it needs
  topics create      makes the topics of a Kafka; topics check says what of them is different

  --help, -h       this text; also after a command
  --version, -V    the version
`,
  start: `Usage: outrider start

Starts every service in one process. Settings come from the environment; all have defaults:
services/standalone/README.md lists them. Ctrl-C stops it and loses nothing.
`,
  demo: `Usage: outrider demo [options]

Replays drives through the real gateway, forecast, rules and channels, and shows what was said, when,
beside what the car's own display and simple alarms would have said. Two runs show the same.

  --scenario, -s <name or folder>   a drive to replay; repeatable. Names are folders of test/scenarios;
                                    test/scenarios/README.md says how to write your own.
                                    Default: ${DEFAULT_SCENARIOS.join(' and ')}
  --speed <number>                  so many times real time (600: an hour in 6 s); absent: as fast as it goes
  --keep                            keep the driver's page of each drive open until Ctrl-C, and for good the data
                                    folder and its mails; the drive takes its time then (--speed 600)
  --fleet                           before the drives: 16 cars that do not exist live through two cold days in a server
                                    of their own, in about a minute. With --keep the pages of
                                    an operator, of who looks after the rules, and of a driver stay open, and the
                                    fleet goes on, a minute in a second. All of it says that it is synthetic
  --json                            one JSON object on stdout; all else goes to stderr
  --out <file>                      where the page goes; default ${DEFAULT_OUT}
  --chaos                           instead: the winter drive (or the --scenario) once more with each service as a
                                    process; ingest, predictor and notifier are killed, the weather is away for
                                    20 minutes, 5 % of the frames come twice and 5 % out of order. Prints what was
                                    lost and doubled beside the undisturbed drive; ends with 1 unless that is nothing
  --seed <number>                   with --chaos: decides what goes wrong when; default 1. The same shows the same
  --help, -h                        this text
`,
  messages: `Usage: outrider messages failed [--limit <number>] [--before <number>] [--json]
       outrider messages replay <message>...

failed lists the messages that were given up, newest first: the channel, the reason, and what speaks against another
try. Never what they say. replay has some tried again under their own ids, so that a receiver which got one before can
tell, and writes that to the audit. Refused is what is expired, withdrawn or answered, whose address is gone, or what
might be there twice; whoever sends it asks once more for consent, driving and hour. Ends with 1 when one was refused.
Give it while no server runs on the same files, else GET /v1/failed-messages and POST
/v1/failed-messages/<message>/replay.

  --limit <number>     messages of one page, 1 to 1000; default ${DEFAULT_LIMIT}
  --before <number>    goes on after a page that ended with this number
  --json               one JSON object instead of the table
  --help, -h           this text
`,
  quality: `Usage: outrider quality [--days <number>] [--synthetic] [--json]

Prints what came of the stretches of planned trips that ended in these days (acted on, not acted on, late, missed,
false alarm, uneventful, or not to be judged), what each rule's warnings were worth (precision and recall with their
95 % intervals, share acted on, median lead, repetitions), how well forecasts kept their promises, and which rules are held
to silent cards. Figures about crowds only, of owners who agreed to them. Reads STATE_URL; while a server runs on the same files, ask its
GET /v1/quality.

  --days <number>   so many days up to today, in UTC; 1 to 400, default ${DEFAULT_QUALITY_DAYS}
  --synthetic       about cars that a simulation made up; without it about real ones, never about both
  --json            one JSON object instead of the tables
  --help, -h        this text
`,
  canary: `Usage: outrider canary --token-file <file> --page-file <file> [options]

Drives a canary through the doors of a running server: a car that does not exist, on which every rule is tried with an
example of its own tests, so that one person is warned by all of them over every channel they have switched on. What does
not arrive in time is paged over an address of its own: once, and again only when more is missing; a note follows when all
arrives again. Rules are read from RULES_FOLDER, as the predictor's are. Run it elsewhere than the server.

  --token-file <file>         the token of the person the canary warns; services/standalone/README.md says how to make one
  --page-file <file>          holds the address that is called when warnings do not arrive: POST, a JSON object
  --alive-file <file>         holds an address that is called after each good round: who watches it hears when the
                              canary itself has ended
  --arrivals <channels>       channels whose messages have to be seen arriving, such as email,webhook: whoever holds the
                              canary's addresses posts what comes there to /arrived/<channel>. Of the others it counts
                              that the provider took them
  --every <minutes>           from the end of a round to the next; 1 to 1440, default ${DEFAULT_CANARY.every}. Each round sends
                              a message per rule and channel, which costs money by SMS
  --within <seconds>          how long a message may take; 1 to 3600, default ${DEFAULT_CANARY.within}
  --once                      one round; ends with 1 unless everything arrived. Needs no --page-file
  --api, --gateway <address>  the server's doors; default ${DEFAULT_CANARY.api} and ${DEFAULT_CANARY.gateway}
  --host, --port              where /livez, /readyz and /metrics are; default ${DEFAULT_CANARY.host}, ${DEFAULT_CANARY.port}
  --arrivals-port <number>    where arrivals are told; default ${DEFAULT_CANARY['arrivals-port']}
  --help, -h                  this text
`,
  simulate: `Usage: outrider simulate --out <file> | --data <folder> [--cars <number>] [--days <number>] [--seed <number>] [--from <day>]

Makes up a fleet: cars of five kinds in a country with weather and chargers of its own, whose people commute, run
errands, make long trips, forget cables, and now and then strand. Its physics have nothing to do with our forecasts.
Writes JSON lines, oldest first within each hour: what cars send and people plan, every line labelled synthetic. How
each stretch truly ended goes into <file>.truth.jsonl, never to stdout. The same numbers write the same bytes.
With --data the fleet lives: every service runs on its clock, in one process; cars send, people plan, and do
something, nothing, or say that it was of no use when a warning interrupts them. Prints what the warnings were worth
against what would have come without them, and keeps the data for outrider quality --synthetic and rules backtest
--synthetic (with STATE_URL, BUS_URL and TELEMETRY_URL naming its files). Some 75 cars live a day in a minute and leave 2.7 MB each.

  --out <file>      where the lines go; one that is there is left alone. - is stdout
  --data <folder>   a folder that no server has used; the truth goes into its truth.jsonl
  --cars <number>   1 to 10000, default 50
  --days <number>   1 to 90, default 7
  --seed <number>   another seed is another country with other people; default 1
  --from <day>      its first day, 2026-01-15, in UTC; default: so many days before today
  --help, -h        this text
`,
  compare: `Usage: outrider compare --from <day or moment> --to <day or moment> [--json]

Compares our forecasts of the charge on arrival with the cars' own at 25, 50 and 75 % of each trip that was driven to
its end, and prints the errors in points of charge; above 0 more was promised than there was. A stretch is left out
when the car was charged on it later. Only cars whose owners agreed to figures about crowds.

  --from, --to    2026-01-15 or 2026-01-15T08:00Z, in UTC; the end is excluded
  --json          one JSON array instead of the table
  --help, -h      this text
`,
  rules: `Usage: outrider rules test [--rules <folder>]
       outrider rules explain <vehicle> [--rule <id>] [--at <day or moment>] [--json]
       outrider rules backtest --from <day or moment> --to <day or moment> --rules <folder> [--synthetic] [--json]
       outrider rules reinstate <rule>
       outrider rules brakes [--release <rule>] [--keep <rule>] [--json]
       outrider rules history [--limit <number>] [--json]

test runs the tests beside the rules: what each rule says of facts that last or change, and what a driver is told then, on
which channel. Prints what is not as expected, with file and line, and a summary. Ends with 1 when something failed or
the rules are refused. explain reads what was stored of a car in the day before a moment: what it sent, forecasts,
alerts with their evidence, and each decision about telling somebody, with its stage and reason. It computes nothing
again, needs the driver's consent to be warned, and is written to the owner's list of reads. Give it while no server
runs on the same files. backtest replays what is stored of cars in memory, once with the rules of today and once with
those of the folder, and prints for both how often each would have warned, and how right that was: precision, recall,
lead time and flips per stretch of a plan. Nothing is sent or stored. Only cars whose owners agree to warnings and to
figures about crowds. reinstate lets a rule interrupt again that is held to silent cards for being below its bar, and
writes that to the audit; give it while no server runs on the same files, else POST /v1/rules/<rule>/reinstate. brakes
lists the rules that fired for too much of the fleet at once and are held to silent cards until somebody has looked;
--release lets one interrupt again, --keep holds it until its text changes; else it ends by itself after 6 hours.
history lists every load of rules, newest first: each start of a predictor, each set that took over with what changed,
and each that was refused with its mistakes; while a server runs on the same files, GET /v1/rules/loads.

  --rules <folder>   <id>.yaml with <id>.test.yaml beside it, and thresholds.yaml; test without it: those of Outrider
  --from, --to       2026-01-15 or 2026-01-15T08:00Z, in UTC; the end is excluded
  --synthetic        backtest of cars that a simulation made up; without it of real ones
  --release <rule>   what it says is so, drivers shall hear of it; repeatable, as is --keep <rule>
  --rule <id>        only this rule, with what it needs
  --at <moment>      2026-01-15 or 2026-01-15T08:00Z, in UTC; default: now
  --json             one JSON object instead of the text
  --help, -h         this text
`,
  providers: `Usage: outrider providers check [--json]

Asks every provider that the settings name one question and prints who answered what, and how fast.
Ends with 0 when all answered, else with 1.

  --json        one JSON array instead of the table
  --help, -h    this text
`,
  series: `Usage: outrider series prepare [--raw-days <days>] [--minute-days <days>] [--token-file <file>]
       outrider series backfill --from <day or moment> --to <day or moment>

Looks after the InfluxDB 1.x or 2.x that TELEMETRY_URL names, which needs an admin's login or token for this.
prepare makes the database and what folds each number into minutes and hours (least, greatest, mean, last), and
may be said again after a change. What arrives later than two hours (minutes) or a day (hours) is folded by
backfill, as long as the raw values are there.

  --raw-days <days>      how long what cars sent is kept; default ${DEFAULT_RAW_DAYS}. Fewer than before removes the rest
  --minute-days <days>   how long minutes are kept; default ${DEFAULT_MINUTE_DAYS}. Hours are kept for ever
  --token-file <file>    InfluxDB 2: where a token goes that reads and writes what cars sent, and nothing else; one
                         that is there stays
  --from, --to           2026-01-15 or 2026-01-15T08:00Z, in UTC; the end is excluded
  --help, -h             this text
`,
  sources: `Usage: outrider sources check [--json]
       outrider sources acls

check looks at every Kafka that INGEST_SOURCES_FILE names, reads its newest records without touching its group, and
prints what is wrong: unreachable, login refused, topics missing or too many, no right to read, cars that are not in
the list, how far behind we are. Ends with 0 when nothing is wrong, else with 1. acls prints the commands that give
our login the least it needs: Read and Describe on the topics, Read on the group.

  --json        one JSON array instead of the table
  --help, -h    this text
`,
  topics: `Usage: outrider topics create [--partitions <number>] [--replication <number>]
       outrider topics check [--partitions <number>] [--replication <number>]

Looks after the topics of the Kafka that BUS_URL names. create makes those that are missing, with retention and
compaction as ARCHITECTURE.md says; neither changes one that exists. Ends with 1 when something is not as it should be.

  --partitions <number>     the same for every topic and for ever; default ${DEFAULT_PARTITIONS}
  --replication <number>    copies of every record; 3 where there are three brokers; default ${DEFAULT_REPLICATION}
  --help, -h                this text
`,
} as const;

export const helpText = (about: keyof typeof HELP): string => HELP[about];
