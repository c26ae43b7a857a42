// A real OpenID provider (the certified `oidc-provider`) for tests, on a loopback port:
//
//   node provider.mjs REDIRECT_URI [PORT]
//
// It knows one client, which may come back to REDIRECT_URI, and a few people, whose password is their
// name backwards. Says `ready ISSUER` once it answers. As many providers do, it tells names, addresses
// and groups only at its UserInfo endpoint.
import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import { exportJWK, generateKeyPair } from "jose";
import Provider from "oidc-provider";
import { interact } from "./pages.mjs";
import { PEOPLE } from "./people.mjs";

const [redirectUri, port = "0"] = process.argv.slice(2);
if (!redirectUri) throw new Error("usage: node provider.mjs REDIRECT_URI [PORT]");

const server = createServer();
await new Promise((resolve, reject) => server.once("error", reject).listen(Number(port), "127.0.0.1", resolve));
// Another site than Nightjar at 127.0.0.1, as in life: cookies have to survive that.
const issuer = `http://localhost:${server.address().port}`;

async function signingKey(alg) {
  const { privateKey } = await generateKeyPair(alg, { extractable: true });
  return { ...(await exportJWK(privateKey)), alg, kid: alg, use: "sig" };
}

const provider = new Provider(issuer, {
  clients: [{ client_id: "nightjar", client_secret: "nightjar test secret", redirect_uris: [redirectUri] }],
  jwks: { keys: [await signingKey("RS256"), await signingKey("ES256")] },
  cookies: { keys: [randomBytes(32).toString("hex")] },
  scopes: ["openid", "profile", "email", "groups"],
  claims: { openid: ["sub"], profile: ["name", "preferred_username"], email: ["email", "email_verified"], groups: ["groups"] },
  findAccount: (_, id) => {
    const person = PEOPLE[id];
    return person && { accountId: id, claims: () => ({ sub: id, ...person }) };
  },
  interactions: { url: (_, interaction) => `/interaction/${interaction.uid}` },
  features: { devInteractions: { enabled: false } },
  ttl: { AccessToken: 600, AuthorizationCode: 60, Grant: 3600, IdToken: 600, Interaction: 600, Session: 3600 },
});

const callback = provider.callback();
server.on("request", (request, response) => {
  if (!request.url.startsWith("/interaction/")) return callback(request, response);
  return interact(provider, request, response).catch((error) => {
    console.error(error);
    response.writeHead(500).end(String(error));
  });
});
console.log(`ready ${issuer}`);
