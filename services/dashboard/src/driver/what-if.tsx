import { nowMs, reading, seen, vehicle } from '../store.ts';
import { texts } from '../texts/texts.ts';
import { bandText, chanceText, minutes, moment, percent, speed, temperatureStep } from '../words/format.ts';
import {
  answer,
  type Change,
  change,
  isOpen,
  isUnknown,
  isWaiting,
  otherwise,
  problem,
  type WhatIfView,
} from './what-if-answer.ts';

/** Sliders for what a driver can change or fears, and what the forecast would be then. */
export function WhatIf() {
  const words = texts.value.whatIf;
  const view = answer.value;
  return (
    <details
      class="card what-if"
      open={isOpen.value}
      onToggle={({ currentTarget }) => (isOpen.value = currentTarget.open)}
    >
      <summary>
        <h2>{words.title}</h2>
      </summary>
      {problem.value !== undefined && (
        <p class="problem" role="alert">
          {problem.value}
        </p>
      )}
      {isUnknown.value && <p role="status">{words.unknown}</p>}
      {view === undefined ? (
        problem.value === undefined && !isUnknown.value && <p role="status">{texts.value.loading}</p>
      ) : (
        <>
          <Sliders view={view} />
          <Outcome />
        </>
      )}
    </details>
  );
}

/** A slider that stands where nothing changes asks for nothing. */
function put(name: keyof Change, value: number, unchanged: number): void {
  const { [name]: _before, ...others } = change.value;
  change.value = value === unchanged ? others : { ...others, [name]: value };
}

const COLDEST_K = -25;
const WARMEST_K = 25;
const SLOWEST_PCT = 60;
const FASTEST_PCT = 130;
const LATEST_MIN = 480;
const CHARGE_FROM_PCT = 20;

function Sliders({ view }: { readonly view: WhatIfView }) {
  const { canLeaveLater, canCharge } = view.room;
  return (
    <div class="sliders">
      <Temperature />
      <Speed view={view} />
      {canLeaveLater && <Departure />}
      {canCharge && <Charge view={view} />}
    </div>
  );
}

function Temperature() {
  const [words, read] = [texts.value.whatIf, reading.value];
  const { tempShiftK = 0 } = change.value;
  return (
    <Slider
      label={words.temperature}
      value={tempShiftK}
      range={[COLDEST_K, WARMEST_K, 1]}
      text={tempShiftK === 0 ? words.same : words.shift(temperatureStep(tempShiftK, read), tempShiftK < 0)}
      onInput={(value) => put('tempShiftK', value, 0)}
    />
  );
}

function Speed({ view: { asIs } }: { readonly view: WhatIfView }) {
  const [words, read] = [texts.value.whatIf, reading.value];
  const { speedRatio = 1 } = change.value;
  const pct = Math.round(speedRatio * 100);
  const by = percent(Math.abs(pct - 100), read);
  return (
    <Slider
      label={words.speed}
      value={pct}
      range={[SLOWEST_PCT, FASTEST_PCT, 5]}
      text={pct === 100 ? words.same : words.pace(by, pct < 100, speed(asIs.topSpeedMps * speedRatio, read))}
      onInput={(value) => put('speedRatio', value / 100, 1)}
    />
  );
}

function Departure() {
  const words = texts.value.whatIf;
  const { leaveLaterMin = 0 } = change.value;
  return (
    <Slider
      label={words.later}
      value={leaveLaterMin}
      range={[0, LATEST_MIN, 15]}
      text={leaveLaterMin === 0 ? words.asPlanned : words.laterBy(minutes(leaveLaterMin, reading.value))}
      onInput={(value) => put('leaveLaterMin', value, 0)}
    />
  );
}

function Charge({ view: { room, changed } }: { readonly view: WhatIfView }) {
  const [words, read] = [texts.value.whatIf, reading.value];
  const { chargeToSocPct } = change.value;
  const socPct = Math.ceil(seen.value.forecasts[vehicle.value?.vehicleId ?? '']?.socPct ?? CHARGE_FROM_PCT);
  // Standing, there is what there is; on the road nobody here knows what the plan charges to.
  const lowestPct = room.canLeaveLater ? Math.min(100, socPct) : CHARGE_FROM_PCT;
  const takes =
    changed.chargeMinutes === undefined ? [] : [words.takes(minutes(changed.chargeMinutes, read))];
  return (
    <Slider
      label={room.canLeaveLater ? words.charge : words.chargeNext}
      value={chargeToSocPct ?? lowestPct}
      range={[lowestPct, 100, 1]}
      text={
        chargeToSocPct === undefined ? words.asPlanned : [percent(chargeToSocPct, read), ...takes].join(', ')
      }
      onInput={(value) => put('chargeToSocPct', value, lowestPct)}
    />
  );
}

interface SliderProps {
  readonly label: string;
  readonly value: number;
  readonly range: readonly [min: number, max: number, step: number];
  /** What it stands at, in words: also what a screen reader says. */
  readonly text: string;
  readonly onInput: (value: number) => void;
}

function Slider({ label, value, range: [min, max, step], text, onInput }: SliderProps) {
  return (
    <label class="slider">
      <span class="name">{label}</span>
      <span class="stands">{text}</span>
      <input
        type="range"
        {...{ min, max, step, value }}
        aria-valuetext={text}
        onInput={({ currentTarget }) => onInput(Number(currentTarget.value))}
      />
    </label>
  );
}

/** Each stop ahead as it would be, beside as it is. */
function Outcome() {
  const [words, read] = [texts.value.whatIf, reading.value];
  const view = otherwise.value;
  if (view === undefined) return <p class="quiet">{isWaiting.value ? texts.value.loading : words.hint}</p>;
  const { asIs, changed, reserveSocPct } = view;
  return (
    <div role="status" aria-busy={isWaiting.value}>
      <ol class="outcomes">
        {changed.stops.map((stop) => {
          const before = asIs.stops.find(({ stopId }) => stopId === stop.stopId);
          const isBelow = stop.arrivalSocPct.p50 < reserveSocPct;
          return (
            <li key={stop.stopId}>
              <span class="name">{stop.name}</span>
              <strong class={isBelow ? 'below' : ''}>{bandText(stop.arrivalSocPct, read)}</strong>
              <span class="aside">
                {words.sure(chanceText(1 - stop.belowReserveProbability, read))} ·{' '}
                {moment(stop.arriveAt, nowMs.value, read)}
              </span>
              {before !== undefined && (
                <span class="aside">{words.insteadOf(bandText(before.arrivalSocPct, read))}</span>
              )}
            </li>
          );
        })}
      </ol>
      <button type="button" onClick={() => (change.value = {})}>
        {words.reset}
      </button>
    </div>
  );
}
