// SPDX-License-Identifier: Apache-2.0

async function answered(response) {
  if (response.status === 401) {
    location.replace("/login");
    throw new Error("log in first");
  }
  if (response.ok) return response;
  let text = `the server answered ${response.status}`;
  try {
    text = (await response.json()).error.message;
  } catch {
    // Not one of our own answers: the number must do.
  }
  throw new Error(text);
}

export async function get(path, query) {
  const filled = Object.entries(query || {}).filter(
    ([, value]) => value !== "" && value !== undefined,
  );
  const search = new URLSearchParams(filled).toString();
  const response = await fetch(`/api/v1/${path}${search ? `?${search}` : ""}`);
  return (await answered(response)).json();
}

export async function post(path, body) {
  const response = await fetch(path, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify(body || {}),
  });
  // Read to its end, also where nobody looks at it: leaving the page would break it off.
  return (await answered(response)).blob();
}

// Saves what a POST answers as a file.
export async function download(path, body, name) {
  const blob = await post(path, body);
  const link = document.createElement("a");
  link.href = URL.createObjectURL(blob);
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
