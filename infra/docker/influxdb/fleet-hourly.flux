// From each car its mean of the last full hour, from the crowd the mean of those: a car that talks a lot weighs as
// much as any other. An hour with fewer than ten cars is left out, and no vehicle's name is kept. What comes later
// than a quarter of an hour after its hour is not counted.
import "date"

option task = {name: "fleet-hourly", every: 1h, offset: 15m}

carsAtLeast = 10
signals = [
    "Vehicle.Powertrain.TractionBattery.StateOfCharge.Current",
    "Vehicle.Powertrain.TractionBattery.Temperature.Average",
    "Vehicle.Exterior.AirTemperature",
]
hourEnd = date.truncate(t: now(), unit: 1h)
hourStart = date.sub(from: hourEnd, d: 1h)

crowd =
    from(bucket: "outrider_raw")
        |> range(start: hourStart, stop: hourEnd)
        |> filter(fn: (r) => r._measurement == "signals")
        |> filter(fn: (r) => contains(value: r._field, set: signals))
        |> group(columns: ["_field", "vehicle"])
        |> mean()
        |> group(columns: ["_field"])
        |> reduce(
            identity: {cars: 0, sum: 0.0},
            fn: (r, accumulator) => ({cars: accumulator.cars + 1, sum: accumulator.sum + r._value}),
        )
        |> filter(fn: (r) => r.cars >= carsAtLeast)

crowd
    |> map(fn: (r) => ({_time: hourStart, _measurement: "fleet_hourly", signal: r._field, _field: "mean", _value: r.sum / float(v: r.cars)}))
    |> to(bucket: "outrider_fleet", tagColumns: ["signal"])
    |> yield(name: "means")

crowd
    |> map(fn: (r) => ({_time: hourStart, _measurement: "fleet_hourly", signal: r._field, _field: "cars", _value: r.cars}))
    |> to(bucket: "outrider_fleet", tagColumns: ["signal"])
    |> yield(name: "cars")
