// Sends the queue. An entry may be sent any number of times: the server takes it once, by its client id.
import * as store from "./store.js";

const BATCH = 20;
const PATIENCE_MS = 30_000;

export class NoNetwork extends Error {}
export class SessionEnded extends Error {}

// Answers JSON, or says by the kind of error whether to wait for the network or for the person.
export const ask = async (address, options = {}) => {
  let response;
  try {
    response = await fetch(address, {
      cache: "no-store", redirect: "manual", signal: AbortSignal.timeout(PATIENCE_MS), ...options,
      headers: { Accept: "application/json", ...options.headers },
    });
  } catch {
    throw new NoNetwork();
  }
  // Nobody is logged in (401, or the way to the log-in page), or no longer may do this here (403, 404).
  if (response.type === "opaqueredirect" || [401, 403, 404].includes(response.status)) throw new SessionEnded();
  if (!response.ok) throw new NoNetwork(); // 5xx, a proxy's page: later
  try {
    return await response.json();
  } catch {
    throw new NoNetwork(); // cut in the middle of the answer
  }
};

const waits = (item) => item.state === "waiting";

const sendBatch = async (session, batch) => {
  for (const item of batch) {
    await store.settle(item.client_id, item.revision, (found) => ({ ...found, is_sent: true }));
  }
  const body = JSON.stringify(batch.map(({ client_id, kind, payload, made_at, revision, user_id }) => (
    { client_id, kind, payload, made_at, revision, user_id })));
  const answers = await ask("/field/submit", {
    method: "POST", body, headers: { "Content-Type": "application/json", "X-CSRFToken": session.token },
  });
  for (const answer of answers) {
    await store.settle(answer.client_id, answer.revision, (found) => {
      if (answer.state === "rejected") return { ...found, state: "rejected", reasons: answer.reasons };
      return answer.state === "failed" ? found : null; // done, or kept by the server as a conflict
    });
  }
  return answers;
};

// One sender at a time, whatever the number of tabs, and the worker: `locks` are shared by all of them.
export const send = ({ again = false } = {}) => navigator.locks.request("songhanh-field-send", async () => {
  const chosen = (await store.queue()).filter((item) => waits(item) || again);
  if (!chosen.length) return { answers: [] };
  const session = await ask("/field/session");
  const mine = chosen.filter((item) => item.user_id === session.user_id);
  const answers = [];
  for (let first = 0; first < mine.length; first += BATCH) {
    answers.push(...await sendBatch(session, mine.slice(first, first + BATCH)));
  }
  return { answers };
});
