import { render } from 'preact';
import { App } from './shell/app.tsx';
import { begin } from './store.ts';
import './style.css';

const place = document.getElementById('page');
if (place === null) throw new Error('the page has no place to draw in');
render(<App />, place);
void begin();
// Offline and push; a browser without shows the page all the same.
if (import.meta.env.PROD) void navigator.serviceWorker?.register('/service-worker.js').catch(() => undefined);
