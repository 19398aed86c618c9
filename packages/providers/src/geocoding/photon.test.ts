import { geocoderContract } from './geocoder.contract.ts';
import { photon } from './photon.ts';

const at = { coordinates: [11.5, 48.1] };

geocoderContract({
  create: photon,
  path: '/api',
  good: {
    features: [
      {
        geometry: { coordinates: [11.5, 48.1] },
        properties: { name: 'Old inn', street: 'Lane', housenumber: '4', city: 'Town', country: 'Land' },
      },
    ],
  },
  found: 'Old inn, Lane 4, Town, Land',
  empty: { features: [] },
  named: (name) => ({
    features: [
      { geometry: at, properties: {} },
      { geometry: at, properties: { name } },
    ],
  }),
  absurd: { features: [{ geometry: { coordinates: [48.1, 111.5] }, properties: {} }] },
});
