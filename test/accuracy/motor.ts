/** Newtons at the wheels per newton metre of the motor: reduction 9.7, wheel radius 0.336 m (data sheet). */
export const N_PER_NM = 28.9;
