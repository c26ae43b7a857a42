/** The names by which the page knows what the generated client describes. */
import type { components, operations } from "./schema";

type Schemas = components["schemas"];

export type ApiToken = Schemas["ApiToken"];
export type AuditEntry = Schemas["AuditEntry"];
export type AuditQuery = NonNullable<operations["list_audit"]["parameters"]["query"]>;
export type AudioPolicy = Schemas["AudioPolicy"];
export type Camera = Schemas["Camera"];
export type CameraGroup = Schemas["CameraGroup"];
export type CameraInput = Schemas["CameraInput"];
export type CameraListQuery = NonNullable<operations["list_cameras"]["parameters"]["query"]>;
export type CameraProbe = Schemas["CameraProbe"];
export type CameraStatus = Schemas["CameraStatus"];
export type CameraSourceInput = Schemas["SourceInput"];
export type Event = Schemas["Event"];
export type EventListQuery = NonNullable<operations["list_events"]["parameters"]["query"]>;
export type FootageDeletion = Schemas["FootageDeletion"];
export type GroupInput = Schemas["GroupInput"];
export type Me = Schemas["Me"];
export type Mode = Schemas["Mode"];
export type NewToken = Schemas["NewApiToken"];
export type NewUser = Schemas["NewUser"];
export type ProbeInput = Schemas["ProbeInput"];
export type Role = Schemas["Role"];
export type SetupRequest = Schemas["SetupBody"];
export type Severity = Schemas["Severity"];
export type SignIn = Schemas["SignIn"];
export type SignInSession = Schemas["SignInEntry"];
export type TagCount = Schemas["TagCount"];
export type TotpEnrolment = Schemas["Enrolment"];
export type Transport = Schemas["Transport"];
export type User = Schemas["User"];
export type UserChange = Schemas["UserChange"];
