/** Why a camera could not be tried, and what to do about it. */
import { ApiError } from "@/lib/api/client";

export interface ProbeProblem {
  /** Where it failed: for tests and styles. */
  readonly reason: string;
  readonly title: string;
  readonly advice: readonly string[];
}

type Words = Omit<ProbeProblem, "reason">;

const TEXTS: Readonly<Record<string, Words>> = {
  host_not_found: {
    title: "There is no camera of this name.",
    advice: ["Check how the name is spelt.", "Or write the camera's IP address instead: your router lists it."],
  },
  connection_refused: {
    title: "The device is there, but nothing listens at this port.",
    advice: ["RTSP is mostly at port 554: rtsp://address:554/…", "Switch RTSP on in the camera's own settings; some call it ONVIF."],
  },
  unreachable: {
    title: "There is no way to this address.",
    advice: ["Check the address.", "Check that this server is in the camera's network, or has a route to it."],
  },
  timeout: {
    title: "The camera did not answer in time.",
    advice: ["Check that it has power and network.", "Check the address, and the firewalls between."],
  },
  wrong_credentials: {
    title: "The camera refused the user name and password.",
    advice: ["Check both; upper and lower case matter.", "Some cameras have an account of their own for RTSP.", "After many wrong tries, some cameras refuse everybody for minutes."],
  },
  basic_refused: {
    title: "The camera takes its password only in the clear.",
    advice: ["Switch the authentication of RTSP in the camera's settings to Digest.", "This server forbids Basic (service.refuse_basic_cameras), because everybody on the way could read the password."],
  },
  not_rtsp: {
    title: "Something answers there, but it does not speak RTSP.",
    advice: ["Check the port: 554 is usual; 80 and 443 are the camera's web page."],
  },
  stream_not_found: {
    title: "The camera has no stream of this name.",
    advice: ["Check the part of the address behind the host: the maker's manual names it, as /stream1 or /h264Preview_01_main."],
  },
  no_video: {
    title: "The stream has no picture.",
    advice: ["This may be the address of the sound alone: check the part behind the host."],
  },
  codec_not_supported: {
    title: "The picture is coded in a way that can't be recorded.",
    advice: ["Set the camera to H.264 or H.265 in its own settings."],
  },
  no_media: {
    title: "The camera answers, but sends no picture.",
    advice: ["Try the other way for the media, under “More”.", "Restart the camera."],
  },
};

/** Undefined if it is no answer of a camera: a field is wrong, or the server could not try. */
export function probeProblem(error: Error | null | undefined): ProbeProblem | undefined {
  const reason = error instanceof ApiError ? error.details["reason"] : undefined;
  if (!error || typeof reason !== "string") return undefined;
  return { reason, ...(TEXTS[reason] ?? { title: error.message, advice: [] }) };
}
