// How the panel's own forms send what was typed in them, and tell why it was refused.

// What comes of a POST (or another `method`): ok, status, what was told, and `problem(words)`, the
// refusal in somebody's words by its code.
export async function post(path, body, method = "POST") {
  let answer;
  try {
    answer = await fetch(path, {
      method,
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify(body),
      cache: "no-store",
    });
  } catch {
    return { ok: false, status: 0, told: {}, problem: (words) => words.UNREACHABLE };
  }
  const told = await answer.json().catch(() => ({}));
  const { code = "", text = "", retry_after_ms = 0 } = told;
  return {
    ok: answer.ok,
    status: answer.status,
    told,
    problem: (words) =>
      (words[code] ?? words.OTHER)
        .replace("{seconds}", Math.ceil(retry_after_ms / 1000))
        .replace("{text}", () => text || (words[code] ? "" : answer.status))
        .trim(),
  };
}
