/** The names by which the page knows what the generated client describes. */
import type { components, operations } from "./schema";

type Schemas = components["schemas"];

export type ApiToken = Schemas["ApiToken"];
export type AuditEntry = Schemas["AuditEntry"];
export type AuditQuery = NonNullable<operations["list_audit"]["parameters"]["query"]>;
export type CameraGroup = Schemas["CameraGroup"];
export type Me = Schemas["Me"];
export type NewToken = Schemas["NewApiToken"];
export type NewUser = Schemas["NewUser"];
export type Role = Schemas["Role"];
export type SetupRequest = Schemas["SetupBody"];
export type SignIn = Schemas["SignIn"];
export type SignInSession = Schemas["SignInEntry"];
export type TotpEnrolment = Schemas["Enrolment"];
export type User = Schemas["User"];
export type UserChange = Schemas["UserChange"];
