// What the device keeps: the queue of entries, and the lists that are needed without a network (IndexedDB).
const NAME = "songhanh-field";
let opened = null;

const asked = (request) => new Promise((resolve, reject) => {
  request.onsuccess = () => resolve(request.result);
  request.onerror = () => reject(request.error);
});

const database = () => {
  opened ??= new Promise((resolve, reject) => {
    const request = indexedDB.open(NAME, 1);
    request.onupgradeneeded = () => {
      request.result.createObjectStore("queue", { keyPath: "client_id" });
      request.result.createObjectStore("kept", { keyPath: "key" });
    };
    request.onsuccess = () => {
      // Another tab or the worker may want to delete the whole; whoever holds it open lets go.
      request.result.onversionchange = () => { request.result.close(); opened = null; };
      resolve(request.result);
    };
    request.onerror = () => { opened = null; reject(request.error); };
  });
  return opened;
};

// One transaction; it is durable when this resolves, so that what was said to be kept is kept.
const within = async (store, mode, work) => {
  const transaction = (await database()).transaction(store, mode, { durability: "strict" });
  const done = new Promise((resolve, reject) => {
    transaction.oncomplete = resolve;
    transaction.onabort = () => reject(transaction.error ?? new Error("aborted"));
  });
  const result = await work(transaction.objectStore(store));
  await done;
  return result;
};

const inOrder = (entries) => entries.sort((a, b) => (a.made_at < b.made_at ? -1 : a.made_at > b.made_at ? 1 : 0));

export const queue = async () => inOrder(await within("queue", "readonly", (store) => asked(store.getAll())));
export const entry = (id) => within("queue", "readonly", (store) => asked(store.get(id)));
export const keepEntry = (value) => within("queue", "readwrite", (store) => asked(store.put(value)));
export const dropEntry = (id) => within("queue", "readwrite", (store) => asked(store.delete(id)));

// Changes an entry only if it is still the edition that the server answered for.
export const settle = (id, revision, change) => within("queue", "readwrite", async (store) => {
  const found = await asked(store.get(id));
  if (!found || found.revision !== revision) return;
  const changed = change(found);
  await asked(changed ? store.put(changed) : store.delete(id));
});

export const kept = async (key) => (await within("kept", "readonly", (store) => asked(store.get(key))))?.value;
export const keep = (key, value) => within("kept", "readwrite", (store) => asked(store.put({ key, value })));
export const forgetLists = () => within("kept", "readwrite", (store) => asked(store.clear()));

// Nothing of the province stays on the device; refused while entries wait.
export const forgetAll = async () => {
  if ((await queue()).length) return false;
  await forgetLists();
  return true;
};
