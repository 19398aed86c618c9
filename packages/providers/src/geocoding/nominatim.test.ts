import { geocoderContract } from './geocoder.contract.ts';
import { nominatim } from './nominatim.ts';

geocoderContract({
  create: nominatim,
  path: '/search',
  good: [{ lat: '48.1', lon: '11.5', display_name: 'Old inn, Lane 4', place_rank: 30 }],
  found: 'Old inn, Lane 4',
  empty: [],
  named: (name) => ['', name].map((display_name) => ({ lat: '48.1', lon: '11.5', display_name })),
  absurd: [{ lat: '111.5', lon: '48.1', display_name: 'Nowhere' }],
});
