import protobuf from 'protobufjs';

// Fleet-telemetry's messages as a schema for protobufjs: the oracle of our own reader, and what it is measured
// against. Enumerations are plain numbers here; which they are is the product's to know.

const ENUM_CASES: Readonly<Record<string, number>> = {
  ...{ charging_value: 8, shift_state_value: 9, lane_assist_level_value: 11 },
  ...{ scheduled_charging_mode_value: 12, sentry_mode_state_value: 13, speed_assist_level_value: 14 },
  ...{ bms_state_value: 15, buckle_status_value: 16, car_type_value: 17, charge_port_value: 18 },
  ...{ charge_port_latch_value: 19, drive_inverter_state_value: 22, hvil_status_value: 23 },
  ...{ window_state_value: 24, seat_fold_position_value: 25, tractor_air_status_value: 26 },
  ...{ follow_distance_value: 27, forward_collision_sensitivity_value: 28 },
  ...{ guest_mode_mobile_access_value: 29, trailer_air_status_value: 30 },
  ...{ detailed_charge_state_value: 32, hvac_auto_mode_value: 33, cabin_overheat_protection_mode_value: 34 },
  ...{ cabin_overheat_protection_temperature_limit_value: 35, defrost_mode_value: 36 },
  ...{ climate_keeper_mode_value: 37, hvac_power_value: 38, fast_charger_value: 40, cable_type_value: 41 },
  ...{ tonneau_tent_mode_value: 42, tonneau_position_value: 43, powershare_type_value: 44 },
  ...{ powershare_state_value: 45, powershare_stop_reason_value: 46, display_state_value: 47 },
  ...{ distance_unit_value: 48, temperature_unit_value: 49, pressure_unit_value: 50 },
  ...{ charge_unit_preference_value: 51, turn_signal_state_value: 52, media_status_value: 53 },
  sunroof_installed_state_value: 54,
};

const enumCases = Object.entries(ENUM_CASES).map(([name, no]) => `int32 ${name} = ${no};`);

const SCHEMA = `
syntax = "proto3";
message Timestamp { int64 seconds = 1; int32 nanos = 2; }
message LocationValue { double latitude = 1; double longitude = 2; }
message Doors {
  bool DriverFront = 1; bool DriverRear = 2; bool PassengerFront = 3; bool PassengerRear = 4;
  bool TrunkFront = 5; bool TrunkRear = 6;
}
message Time { int32 hour = 1; int32 minute = 2; int32 second = 3; }
message TireLocation {
  bool front_left = 1; bool front_right = 2; bool rear_left = 3; bool rear_right = 4;
  bool semi_middle_axle_left_2 = 5; bool semi_middle_axle_right_2 = 6; bool semi_rear_axle_left = 7;
  bool semi_rear_axle_right = 8; bool semi_rear_axle_left_2 = 9; bool semi_rear_axle_right_2 = 10;
}
message Value {
  oneof value {
    string string_value = 1; int32 int_value = 2; int64 long_value = 3; float float_value = 4;
    double double_value = 5; bool boolean_value = 6; LocationValue location_value = 7; bool invalid = 10;
    Doors door_value = 21; Time time_value = 31; TireLocation tire_location_value = 39;
    ${enumCases.join(' ')}
  }
}
message Datum { int32 key = 1; Value value = 2; }
message Payload { repeated Datum data = 1; Timestamp created_at = 2; string vin = 3; bool is_resend = 4; }
message VehicleAlert {
  string name = 1; repeated int32 audiences = 2; Timestamp started_at = 3; Timestamp ended_at = 4;
}
message VehicleAlerts { repeated VehicleAlert alerts = 1; Timestamp created_at = 2; string vin = 3; }
`;

const root = protobuf.parse(SCHEMA).root;

export const PAYLOAD = root.lookupType('Payload');
export const ALERTS = root.lookupType('VehicleAlerts');

/** Bytes of a message given with the names of the schema in camel case. */
export const encode = (type: protobuf.Type, message: object): Buffer =>
  Buffer.from(type.encode(type.fromObject(message)).finish());
