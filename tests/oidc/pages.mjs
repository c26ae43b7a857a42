// The two pages of the test provider: who are you, and may the client know?
import { isRight } from "./people.mjs";

/** Answers `GET` and `POST /interaction/…`. */
export async function interact(provider, request, response) {
  const { prompt, params, session, grantId } = await provider.interactionDetails(request, response);
  if (request.method !== "POST") return show(response, prompt.name === "login" ? logInPage() : consentPage(params.client_id));
  const form = await read(request);
  if (form.has("cancel")) {
    return finish(provider, request, response, { error: "access_denied", error_description: "the person said no" });
  }
  if (prompt.name === "login") {
    const name = form.get("name") ?? "";
    if (!isRight(name, form.get("password"))) return show(response, logInPage("That is not right."));
    return finish(provider, request, response, { login: { accountId: name } });
  }
  const granted = (await provider.Grant.find(grantId)) ?? new provider.Grant({ accountId: session.accountId, clientId: params.client_id });
  granted.addOIDCScope((prompt.details.missingOIDCScope ?? []).join(" "));
  granted.addOIDCClaims(prompt.details.missingOIDCClaims ?? []);
  return finish(provider, request, response, { consent: { grantId: await granted.save() } });
}

function finish(provider, request, response, result) {
  return provider.interactionFinished(request, response, result, { mergeWithLastSubmission: true });
}

async function read(request) {
  let body = "";
  for await (const chunk of request) body += chunk;
  return new URLSearchParams(body);
}

function show(response, body) {
  const html = `<!doctype html><html lang="en"><meta charset="utf-8"><title>Test provider</title><main><h1>Test provider</h1>
<form method="post">${body}<button name="cancel" value="1" formnovalidate>Cancel</button></form></main></html>`;
  response.writeHead(200, { "content-type": "text/html; charset=utf-8", "cache-control": "no-store" }).end(html);
}

function logInPage(problem = "") {
  return `<p>${problem}</p><label>Name <input name="name" required autofocus></label>
<label>Password <input name="password" type="password" required></label> <button>Log in</button>`;
}

function consentPage(client) {
  return `<p>${client} wants to know who you are.</p><button>Allow</button>`;
}
