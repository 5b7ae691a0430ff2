// The service worker of the entry page: keeps the page and its parts on the device, and sends the queue when the
// network comes back after the page was closed. Personal data never goes into its cache.
import { send } from "./field/send.js";

const { version, files, shell, home } = self.FIELD; // written above this file by the server
const CACHE = `field-${version}`;
const PATIENCE_MS = 6000; // a network that does not answer by then counts as none

const isShell = (response) => response.ok && !response.redirected && response.headers.get("X-Field-Version") === version;

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(CACHE);
    await cache.addAll(files);
    const page = await fetch(shell, { cache: "no-store" });
    if (!isShell(page)) throw new Error("the page could not be kept");
    await cache.put(shell, page);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    for (const name of await caches.keys()) {
      if (name.startsWith("field-") && name !== CACHE) await caches.delete(name);
    }
    await self.clients.claim();
  })());
});

const navigate = async (request, path) => {
  try {
    const response = await Promise.race([
      fetch(request),
      new Promise((_, reject) => { setTimeout(() => reject(new Error("slow")), PATIENCE_MS); }),
    ]);
    if (path === home && isShell(response)) {
      await (await caches.open(CACHE)).put(shell, response.clone());
    }
    if (response.status >= 500 && path === home) throw new Error("the server does not answer");
    return response;
  } catch (error) {
    const page = path === home && await (await caches.open(CACHE)).match(shell);
    if (page) return page;
    if (path !== home) return Response.redirect(home, 302);
    throw error;
  }
};

const part = async (request) => {
  const cache = await caches.open(CACHE);
  return await cache.match(request, { ignoreSearch: true }) ?? fetch(request);
};

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(navigate(request, address.pathname));
  else if (files.includes(address.pathname)) event.respondWith(part(request));
});

self.addEventListener("sync", (event) => {
  if (event.tag === "field-send") event.waitUntil(send().then(tell));
});

const tell = async () => {
  for (const client of await self.clients.matchAll()) client.postMessage("sent");
};
