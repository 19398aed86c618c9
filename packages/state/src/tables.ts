import type { NewRestraint, RestraintAnswer, RuleLoad } from '@outrider/domain';
import type { Generated } from 'kysely';
import type { Flag } from './columns.ts';
import type { Challenge, Passkey } from './passkey-records.ts';
import type {
  AlertRow,
  AnswerRow,
  Assignment,
  AuditEntry,
  Consent,
  Contact,
  DoubtRow,
  FiringRow,
  NotificationRow,
  OpinionRow,
  OutboxRow,
  Ownership,
  Person,
  QuarantineKey,
  ServiceText,
  SubjectKey,
  Token,
  TripRow,
  TripSourceRow,
  Vehicle,
  VehicleBlob,
  WatchLineRow,
} from './state.ts';

/** Every table's columns. Names are those of the records, so a row needs no renaming. */
export interface Tables {
  people: Omit<Person, 'channels' | 'contacts'> & { readonly channels: string };
  contacts: Contact;
  serviceTexts: ServiceText;
  vehicles: Omit<Vehicle, 'homeSealed' | 'fleet' | 'isSynthetic' | 'isCanary'> & {
    readonly fleet: string | null;
    readonly isSynthetic: Flag;
    readonly isCanary: Flag;
    readonly homeKeyId: string | null;
    readonly homeBox: string | null;
  };
  ownerships: Ownership;
  assignments: Assignment;
  subjectKeys: SubjectKey;
  quarantineKeys: QuarantineKey;
  consents: Omit<Consent, 'isGranted'> & { readonly isGranted: Flag } & Sequence;
  tokens: TokenColumns;
  passkeys: Passkey;
  challenges: Challenge;
  trips: Omit<TripRow, 'isWithdrawn'> & { readonly isWithdrawn: Flag };
  tripSources: TripSourceRow;
  checkpoints: CheckpointColumns;
  vehicleStates: VehicleBlob & { readonly partition: number };
  alerts: AlertRow;
  stretchLabels: {
    readonly labelId: string;
    readonly dayMs: number;
    readonly label: string;
    readonly isSynthetic: Flag;
  };
  ruleOpinions: Omit<OpinionRow, 'because' | 'isSynthetic'> & {
    readonly because: string | null;
    readonly isSynthetic: Flag;
  };
  ruleFirings: FiringRow;
  ruleLoads: Omit<RuleLoad, 'kind' | 'lines' | 'rules'> & {
    readonly kind: string;
    readonly lines: string;
    readonly rules: string;
  };
  ruleRestraints: Omit<NewRestraint, 'figures' | 'kind'> & {
    readonly kind: string;
    readonly figures: string;
    readonly endedAtMs: number | null;
  };
  restraintAnswers: RestraintAnswer & { readonly restraintId: string } & Sequence;
  outbox: Omit<OutboxRow, 'headers'> & { readonly headers: string; readonly isPublished: Flag } & Sequence;
  notifications: Omit<NotificationRow, 'interrupts'> & {
    readonly interrupts: Flag;
    readonly leaseId: string | null;
    readonly leaseUntilMs: number | null;
    readonly words: string | null;
    readonly providerId: string | null;
  } & Sequence;
  notifierOffsets: { readonly partition: number; readonly topic: string; readonly nextOffset: number };
  answers: AnswerRow;
  doubts: DoubtRow;
  watchLines: WatchLineRow;
  audit: AuditEntry & Sequence;
}

/** Grows with every insert: the order of writing. */
interface Sequence {
  readonly sequence: Generated<number>;
}

interface TokenColumns {
  readonly tokenHash: string;
  readonly kind: Token['kind'];
  readonly vehicleId: string | null;
  readonly personId: string | null;
  readonly role: 'driver' | 'crew' | 'operator' | 'product' | 'admin' | null;
  readonly createdAtMs: number;
  readonly revokedAtMs: number | null;
}

interface CheckpointColumns {
  readonly partition: number;
  readonly generation: number;
  readonly offsets: string;
  readonly savedAtMs: number;
}
