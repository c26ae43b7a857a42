// Who has an account at the test provider; the password is the name backwards.
export const PEOPLE = {
  ada: { preferred_username: "ada", name: "Ada Lovelace", email: "ada@example.org", email_verified: true, groups: ["staff", "nightjar-admins"] },
  grace: { preferred_username: "grace", name: "Grace Hopper", email: "grace@example.org", email_verified: true, groups: ["guards"] },
  eve: { preferred_username: "eve", name: "Eve", email: "eve@example.com", email_verified: true, groups: ["guests"] },
};

export function isRight(name, password) {
  return Object.hasOwn(PEOPLE, name) && [...name].reverse().join("") === password;
}
