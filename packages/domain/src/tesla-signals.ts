/** Signals of Tesla's fleet-telemetry that VSS has no name for, and that more than one service reads. */
export const TESLA_SIGNAL = {
  routeLine: 'Vehicle.Private.Tesla.RouteLine',
  destinationName: 'Vehicle.Private.Tesla.DestinationName',
  /** Charge on arrival as the car itself expects it, in percent. */
  arrivalSocPct: 'Vehicle.Private.Tesla.ExpectedEnergyPercentAtTripArrival',
  milesToArrival: 'Vehicle.Private.Tesla.MilesToArrival',
  connection: 'Vehicle.Private.Tesla.Connectivity.Status',
  /** Name of the newest error the car told of. */
  lastError: 'Vehicle.Private.Tesla.LastError',
  /** Of the motors beside the one at the rear that VSS has the name for: one in front, or two at the rear. */
  motorTempFront: 'Vehicle.Private.Tesla.DiStatorTempF',
  motorTempRearLeft: 'Vehicle.Private.Tesla.DiStatorTempREL',
  motorTempRearRight: 'Vehicle.Private.Tesla.DiStatorTempRER',
} as const;
