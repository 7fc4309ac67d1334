// SPDX-License-Identifier: Apache-2.0
// Hands the token behind the # in. It never stood in a request's address, and goes from this one's.
"use strict";

async function logIn(token) {
  const message = document.getElementById("message");
  message.textContent = "Logging in …";
  history.replaceState(null, "", "/login");
  const answer = await fetch("/api/v1/session", {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ token }),
  });
  await answer.text();
  if (answer.ok) {
    location.replace("/");
    return;
  }
  message.textContent = "This link was used, or is older than ten minutes. Ask for another:";
}

if (location.hash.length > 1) {
  logIn(location.hash.slice(1)).catch(() => {
    document.getElementById("message").textContent = "upselld did not answer. Is it still running?";
  });
}
