/*
 * Sources, as named below:
 * - FASTSim: NREL FASTSim vehicle database, FASTSim_py_veh_db.csv (Cd is often an effective, coast-down value).
 * - EPA: US fuel economy label, combined, wall kWh/100 mi; "EPA via FASTSim" is that project's validation column.
 * - open-ev-data: github.com/chargeprice/open-ev-data (MIT).
 * - published drive: figures of press drives of January and February 2013, see the scenarios' own sources.
 * - data sheet: maker's figures, recalled; check before quoting.
 * - charging tests: shape recalled from published tests; check before quoting.
 * - judgement: a prior without a measurement behind it; the car's own trips correct it.
 */
/** Sources of the fields no data sheet gives. */
export const JUDGED = {
  cabinHeatWPerK: 'judgement: 60 W/K compact to 90 W/K SUV',
  baseLoadW: 'judgement: 450 W while switched on',
  maxRegenKw: 'judgement',
  drivelineEfficiency: 'fixed at 0.90 so that the other parameters stay physical',
  standbyW: 'judgement: 15 W asleep, 250 W guard mode (owners report 0.25-0.3 kW), 400 W awake',
  batteryHeatCapacityJPerK: 'about 1 kJ/K per kg of pack',
};
export const STANDBY = { asleep: 15, guard: 250, awake: 400 };

/** [socPct, powerKw] pairs. */
export const curve = (...points: [number, number][]) =>
  points.map(([socPct, powerKw]) => ({ socPct, powerKw }));
