// Keeps the page itself for when there is no network, and shows what is pushed. Data is never kept here.

/** What a service worker has beside a page, as far as it is used here. */
interface WorkerScope {
  readonly registration: ServiceWorkerRegistration;
  readonly clients: {
    matchAll(options: { readonly type: 'window' }): Promise<readonly { focus(): Promise<unknown> }[]>;
    openWindow(url: string): Promise<unknown>;
    claim(): Promise<void>;
  };
  skipWaiting(): Promise<void>;
  addEventListener(name: string, run: (event: WorkerEvent) => void): void;
}
interface WorkerEvent extends Event {
  readonly request: Request;
  readonly data: { json(): unknown } | null;
  readonly notification: Notification;
  waitUntil(done: Promise<unknown>): void;
  respondWith(answer: Promise<Response>): void;
}
const worker = self as unknown as WorkerScope;

const CACHE = 'page';
/** Files with a hash in their name are always the same. */
const ASSETS = '/assets/';
const FILES = ['/', '/icon.svg', '/manifest.webmanifest'];

worker.addEventListener('install', (event) => {
  event.waitUntil(
    caches
      .open(CACHE)
      .then((cache) => cache.addAll(FILES))
      .then(() => worker.skipWaiting()),
  );
});
worker.addEventListener('activate', (event) => event.waitUntil(worker.clients.claim()));

worker.addEventListener('fetch', (event) => {
  const { pathname, origin } = new URL(event.request.url);
  if (event.request.method !== 'GET' || origin !== location.origin) return;
  if (pathname.startsWith(ASSETS)) return event.respondWith(keptFirst(event.request));
  if (FILES.includes(pathname)) return event.respondWith(freshFirst(event.request));
});

async function keptFirst(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  const found = await cache.match(request);
  if (found !== undefined) return found;
  const fresh = await fetch(request);
  if (fresh.ok) await cache.put(request, fresh.clone());
  return fresh;
}

async function freshFirst(request: Request): Promise<Response> {
  const cache = await caches.open(CACHE);
  try {
    const fresh = await fetch(request);
    if (fresh.ok) {
      const isNew = (await cache.match(request))?.headers.get('etag') !== fresh.headers.get('etag');
      await cache.put(request, fresh.clone());
      // Another page asks for other files: those of the last one are of no use any more.
      if (isNew && new URL(request.url).pathname === '/') await dropAssets(cache);
    }
    return fresh;
  } catch (error) {
    const found = await cache.match(request);
    if (found !== undefined) return found;
    throw error;
  }
}

async function dropAssets(cache: Cache): Promise<void> {
  for (const request of await cache.keys())
    if (new URL(request.url).pathname.startsWith(ASSETS)) await cache.delete(request);
}

/** What the notifier encrypts for this browser. */
interface Pushed {
  readonly title: string;
  readonly body: string;
  readonly tag: string;
  /** False: a silent card, an update or a withdrawal. */
  readonly interrupts: boolean;
}

worker.addEventListener('push', (event) => {
  const pushed = readPushed(event);
  if (pushed === undefined) return;
  const { title, body, tag, interrupts } = pushed;
  event.waitUntil(
    worker.registration.showNotification(title, {
      ...{ body, tag, silent: !interrupts, icon: '/icon-192.png', badge: '/icon-192.png' },
      ...({ renotify: interrupts } as object),
    }),
  );
});

function readPushed({ data }: WorkerEvent): Pushed | undefined {
  const said = data?.json() as Partial<Pushed> | undefined;
  if (typeof said?.title !== 'string' || typeof said.body !== 'string') return undefined;
  return {
    title: said.title,
    body: said.body,
    tag: said.tag ?? 'outrider',
    interrupts: said.interrupts === true,
  };
}

worker.addEventListener('notificationclick', (event) => {
  event.notification.close();
  event.waitUntil(
    worker.clients
      .matchAll({ type: 'window' })
      .then((pages) => pages[0]?.focus() ?? worker.clients.openWindow('/')),
  );
});
