// What a client sends as parameters: what is accepted, how it is converted, and Kurento's words for what is not.

import { describe, expect, it } from "vitest";
import { decodeConstructorParams, decodeOperationParams } from "../src/api.ts";
import { KurentoError } from "../src/index.ts";
import { api, resolveId } from "./support/known-objects.ts";

/** Decodes what `create` or `invoke` sends: `WebRtcEndpoint` or `WebRtcEndpoint.connect`. */
function decode(target: string, params: unknown): ReturnType<typeof decodeOperationParams<string>> {
  const [className = "", operation] = target.split(".");
  const apiClass = api.class(className);
  if (operation === undefined) return decodeConstructorParams(api, apiClass, params, resolveId);
  return decodeOperationParams(api, apiClass.operations.get(operation)!, params, resolveId);
}

function failure(target: string, params: unknown): { code: number; type: string | undefined; message: string } {
  try {
    decode(target, params);
  } catch (error) {
    if (!(error instanceof KurentoError)) throw error;
    return { code: error.code, type: error.type, message: error.message };
  }
  throw new Error(`${target} accepted ${JSON.stringify(params)}`);
}

const M = "MARSHALL_ERROR";

/** Target, parameters, and the error that a running Kurento gave for them: its code, type and text. */
const RECORDED: readonly [string, unknown, number, string, string][] = [
  ["PassThrough", undefined, 40001, M, "'constructorParams' is required"],
  ["PassThrough", null, 40001, M, "'constructorParams' is required"],
  ["PassThrough", [], 40001, M, "'constructorParams' should be an object"],
  ["PassThrough", "x", 40001, M, "'constructorParams' should be an object"],
  ["PassThrough", {}, 40001, M, "'mediaPipeline' parameter should be a string"],
  ["PassThrough", { mediaPipeline: {} }, 40001, M, "'mediaPipeline' parameter should be a string"],
  ["PassThrough", { mediaPipeline: "nope" }, 40101, "MEDIA_OBJECT_NOT_FOUND", "Object 'nope' not found"],
  ["PassThrough", { mediaPipeline: 5 }, 40101, "MEDIA_OBJECT_NOT_FOUND", "Object '5' not found"],
  ["PassThrough", { mediaPipeline: null }, 40101, "MEDIA_OBJECT_NOT_FOUND", "Object '' not found"],
  ["WebRtcEndpoint", { mediaPipeline: "P", recvonly: "yes" }, 40001, M, "'recvonly' parameter should be a boolean"],
  [
    "WebRtcEndpoint",
    { mediaPipeline: "P", certificateKeyType: "DSA" },
    40001,
    M,
    "Invalid value for 'CertificateKeyType'",
  ],
  ["PlayerEndpoint", { mediaPipeline: "P" }, 40001, M, "'uri' parameter should be a string"],
  ["Composite", { mediaPipeline: "P", width: "a" }, 40001, M, "'width' parameter should be a integer"],
  ["HubPort", {}, 40001, M, "'hub' parameter should be a string"],
  ["GStreamerFilter", { mediaPipeline: "P" }, 40001, M, "'command' parameter should be a string"],
  [
    "GStreamerFilter",
    { mediaPipeline: "P", command: "x", filterType: "NOPE" },
    40001,
    M,
    "Invalid value for 'FilterType'",
  ],
  [
    "RecorderEndpoint",
    { mediaPipeline: "P", uri: "x", mediaProfile: "BOGUS" },
    40001,
    M,
    "Invalid value for 'MediaProfileSpecType'",
  ],
  ["RtpEndpoint", { mediaPipeline: "P", crypto: { crypto: "BOGUS" } }, 40001, M, "Invalid value for 'CryptoSuite'"],
  ["MediaPipeline.setName", { name: {} }, 40001, M, "'name' parameter should be a string"],
  ["MediaPipeline.setName", "x", 40001, M, "'name' parameter should be a string"],
  ["MediaPipeline.setName", [1], 40001, M, "'name' parameter should be a string"],
  ["PassThrough.setSendTagsInEvents", undefined, 40001, M, "'sendTagsInEvents' parameter should be a boolean"],
  ["PassThrough.setSendTagsInEvents", {}, 40001, M, "'sendTagsInEvents' parameter should be a boolean"],
  [
    "PassThrough.setSendTagsInEvents",
    { sendTagsInEvents: "yes" },
    40001,
    M,
    "'sendTagsInEvents' parameter should be a boolean",
  ],
  ["PassThrough.addTag", undefined, 40001, M, "'operationParams' is required"],
  ["PassThrough.addTag", { key: "x" }, 40001, M, "'value' parameter should be a string"],
  ["PassThrough.connect", undefined, 40001, M, "'operationParams' is required"],
  ["PassThrough.connect", {}, 40001, M, "'sink' parameter should be a string"],
  ["PassThrough.connect", { sink: "nope" }, 40101, "MEDIA_OBJECT_NOT_FOUND", "Object 'nope' not found"],
  ["PassThrough.isMediaFlowingIn", undefined, 40001, M, "'operationParams' is required"],
  ["PassThrough.isMediaFlowingIn", {}, 40001, M, "'mediaType' parameter should be a string"],
  ["PassThrough.getSinkConnections", { mediaType: "BOGUS" }, 40001, M, "Invalid value for 'MediaType'"],
  [
    "PassThrough.setEncoderBitrate",
    { encoderBitrate: "abc" },
    40001,
    M,
    "'encoderBitrate' parameter should be a integer",
  ],
  ["PassThrough.setAudioFormat", { caps: {} }, 40001, M, "'codec' property should be a string"],
  ["PassThrough.setVideoFormat", { caps: { codec: "XX" } }, 40001, M, "Invalid value for 'VideoCodec'"],
  ["MediaPipeline.getGstreamerDot", { details: "X" }, 40001, M, "Invalid value for 'GstreamerDotDetails'"],
  ["WebRtcEndpoint.processOffer", {}, 40001, M, "'offer' parameter should be a string"],
  ["WebRtcEndpoint.addIceCandidate", {}, 40001, M, "'candidate' parameter should be a object"],
  [
    "WebRtcEndpoint.addIceCandidate",
    { candidate: "candidate:1" },
    40001,
    M,
    "'candidate' parameter should be a object",
  ],
  [
    "WebRtcEndpoint.addIceCandidate",
    { candidate: { candidate: "c" } },
    40001,
    M,
    "'sdpMid' property should be a string",
  ],
  ["WebRtcEndpoint.generateOffer", { options: "x" }, 40001, M, "'options' parameter should be a object"],
  [
    "WebRtcEndpoint.generateOffer",
    { options: { offerToReceiveAudio: "x" } },
    40001,
    M,
    "'offerToReceiveAudio' property should be a boolean",
  ],
  ["ServerManager.getKmd", undefined, 40001, M, "'operationParams' is required"],
  ["ServerManager.getUsedCpu", {}, 40001, M, "'interval' parameter should be a integer"],
  ["AlphaBlending.setPortProperties", { relativeX: "a" }, 40001, M, "'relativeX' parameter should be a double"],
  ["FaceOverlayFilter.setOverlayedImage", { uri: "/x.png" }, 40001, M, "'offsetXPercent' parameter should be a double"],
  ["ImageOverlayFilter.removeImage", {}, 40001, M, "'id' parameter should be a string"],
  ["GStreamerFilter.setElementProperty", {}, 40001, M, "'propertyName' parameter should be a string"],
];

describe("parameters that do not fit", () => {
  it.each(RECORDED)("%s with %j fails as on Kurento", (target, params, code, type, text) => {
    const error = failure(target, params);
    expect({ code: error.code, type: error.type }).toEqual({ code, type });
    expect(error.message.startsWith(`${text} (`), error.message).toBe(true);
  });

  it.each([
    ["WebRtcEndpoint.processOffer", { offer: {} }, "(processOffer.offer: expected String, got an object)"],
    ["WebRtcEndpoint.processOffer", {}, "(processOffer.offer: expected String, got nothing)"],
    [
      "WebRtcEndpoint",
      { mediaPipeline: "P", recvonly: "yes" },
      '(WebRtcEndpoint.recvonly: expected boolean, got the string "yes")',
    ],
    [
      "PassThrough.connect",
      { sink: "E", mediaType: "TEXT" },
      '(connect.mediaType: expected one of AUDIO, DATA, VIDEO, got the string "TEXT")',
    ],
    ["PassThrough.connect", { sink: "nope" }, "(connect.sink: expected a MediaElement)"],
    ["PassThrough.addTag", null, "(addTag: expected an object with key, value, got null)"],
    ["PassThrough.addTag", "x", 'should be an object (addTag: expected an object with key, value, got the string "x")'],
    [
      "PassThrough.setVideoFormat",
      { caps: { codec: "VP8", framerate: { numerator: 15, denominator: [] } } },
      "(setVideoFormat.caps.framerate.denominator: expected int, got a list)",
    ],
  ])("%s with %j is told the path, what was expected and what came", (target, params, text) => {
    expect(failure(target, params).message).toContain(text);
  });

  it("does not repeat more than the beginning of a long value", () => {
    expect(failure("WebRtcEndpoint", { mediaPipeline: "P", recvonly: "x".repeat(1e6) }).message.length).toBeLessThan(
      300,
    );
    expect(failure("PassThrough", { mediaPipeline: "x".repeat(1e6) }).message.length).toBeLessThan(600);
  });

  it.each([
    [
      "PassThrough",
      { mediaPipeline: "E" },
      "Object 'E' is a kurento.PassThrough, expected a kurento.MediaPipeline (PassThrough.mediaPipeline)",
    ],
    ["HubPort", { hub: "P" }, "Object 'P' is a kurento.MediaPipeline, expected a kurento.Hub (HubPort.hub)"],
    [
      "PassThrough.connect",
      { sink: "P" },
      "Object 'P' is a kurento.MediaPipeline, expected a kurento.MediaElement (connect.sink)",
    ],
    [
      "DispatcherOneToMany.setSource",
      { source: "E" },
      "Object 'E' is a kurento.PassThrough, expected a kurento.HubPort (setSource.source)",
    ],
  ])("%s with %j, an object of the wrong class, is 40107", (target, params, message) => {
    expect(failure(target, params)).toEqual({ code: 40107, type: "MEDIA_OBJECT_ILLEGAL_PARAM_ERROR", message });
  });

  it("says that a reference of a transaction is not known outside of one", () => {
    const { code, message } = failure("PassThrough", { mediaPipeline: "newref:0" });
    expect(code).toBe(40109);
    expect(message).toMatch(
      /^Object 'newref:0' not found\. Possibly using a transactional object without committing the transaction\. \(/,
    );
  });

  it.each([2 ** 31, -(2 ** 31) - 1, 1e300, Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY])(
    "takes %d for no int",
    (mtu) => {
      expect(failure("WebRtcEndpoint.setMtu", { mtu }).message).toContain("'mtu' parameter should be a integer");
    },
  );

  it.each([2 ** 63, Number.POSITIVE_INFINITY, "1"])("takes %s for no int64", (position) => {
    expect(failure("PlayerEndpoint.setPosition", { position }).message).toContain(
      "'position' parameter should be a int64",
    );
  });

  it("takes infinity neither for a double nor for a string", () => {
    const infinity: unknown = JSON.parse("1e999");
    expect(failure("AlphaBlending.setPortProperties", { relativeX: infinity }).message).toContain("should be a double");
    expect(failure("MediaPipeline.setName", { name: infinity }).message).toContain("should be a string");
  });
});

describe("values that Kurento converts", () => {
  it.each([
    ["MediaPipeline.setName", { name: 5 }, ["5"]],
    ["MediaPipeline.setName", { name: 1.5 }, ["1.5"]],
    ["MediaPipeline.setName", { name: true }, ["true"]],
    ["MediaPipeline.setName", { name: null }, [""]],
    ["PassThrough.setSendTagsInEvents", { sendTagsInEvents: 1 }, [true]],
    ["PassThrough.setSendTagsInEvents", { sendTagsInEvents: 0 }, [false]],
    ["PassThrough.setSendTagsInEvents", { sendTagsInEvents: null }, [false]],
    ["PassThrough.setEncoderBitrate", { encoderBitrate: 1.5 }, [1]],
    ["PassThrough.setEncoderBitrate", { encoderBitrate: -1.5 }, [-1]],
    ["PassThrough.setEncoderBitrate", { encoderBitrate: -5 }, [-5]],
    ["PassThrough.setEncoderBitrate", { encoderBitrate: null }, [0]],
    ["PassThrough.setEncoderBitrate", { encoderBitrate: true }, [1]],
    ["PassThrough.setEncoderBitrate", { encoderBitrate: 2 ** 31 - 1 }, [2147483647]],
    ["PlayerEndpoint.setPosition", { position: 2 ** 53 }, [2 ** 53]],
    ["PassThrough.addTag", { key: "k2", value: 5 }, ["k2", "5"]],
    ["WebRtcEndpoint.generateOffer", { options: null }, [{ offerToReceiveAudio: true, offerToReceiveVideo: true }]],
  ])("%s with %j gives %j", (target, params, values) => {
    expect(decode(target, params).positional).toEqual(values);
  });

  it("ignores unknown names everywhere", () => {
    expect(decode("PassThrough", { mediaPipeline: "P", extra: 1 }).named).toEqual({ mediaPipeline: "P" });
    expect(decode("PassThrough.setAudioFormat", { caps: { codec: "OPUS", bitrate: 1, extra: {} } }).named).toEqual({
      caps: { codec: "OPUS", bitrate: 1 },
    });
  });

  it.each(["str", [], 5, undefined, null, {}])(
    "does not look at the parameters of an operation without any: %j",
    (params) => {
      expect(decode("MediaPipeline.getName", params)).toEqual({ positional: [], named: {}, ignored: [] });
      expect(decode("MediaPipeline", params).named).toEqual({});
    },
  );

  it("is not fooled by names that every object has", () => {
    expect(failure("MediaPipeline.setName", JSON.parse('{"__proto__": {"name": "x"}}')).message).toContain(
      "got nothing",
    );
  });
});

describe("parameters that are left out", () => {
  it("get the defaults of the definition, also inside value types", () => {
    expect(decode("WebRtcEndpoint", { mediaPipeline: "P" })).toEqual({
      positional: ["P", false, false, false, "RSA", "NO_VALUE"],
      named: {
        mediaPipeline: "P",
        recvonly: false,
        sendonly: false,
        useDataChannels: false,
        certificateKeyType: "RSA",
        qosDscp: "NO_VALUE",
      },
      ignored: [],
    });
    expect(decode("RtpEndpoint", { mediaPipeline: "P" }).named).toEqual({
      mediaPipeline: "P",
      crypto: {},
      useIpv6: false,
    });
    expect(decode("WebRtcEndpoint.setRembParams", { rembParams: { packetsRecvIntervalTop: 50 } }).named).toEqual({
      rembParams: {
        packetsRecvIntervalTop: 50,
        exponentialFactor: 0.04,
        linealFactorGrade: 30,
        decrementFactor: 0.5,
        thresholdFactor: 0.8,
        upLosses: 12,
        rembOnConnect: 300000,
      },
    });
  });

  it("leave a gap in the order and no name when they have no default", () => {
    const decoded = decode("PassThrough.connect", { sink: "E" });
    expect(decoded.positional).toEqual(["E", undefined, undefined, undefined]);
    expect(Object.keys(decoded.named)).toEqual(["sink"]);
  });

  it("make later optional ones of an operation count for nothing, as on Kurento, and this is told", () => {
    expect(
      decode("PassThrough.connect", { sink: "E", sinkMediaDescription: "x", sourceMediaDescription: "y" }),
    ).toEqual({
      positional: ["E", undefined, undefined, undefined],
      named: { sink: "E" },
      ignored: ["sourceMediaDescription", "sinkMediaDescription"],
    });
    expect(failure("PassThrough.getSinkConnections", { description: {} }).message).toContain("should be a string");
  });

  it("do not keep later ones from counting when they have a default", () => {
    expect(decode("WebRtcEndpoint.createDataChannel", { ordered: false })).toMatchObject({
      positional: ["", false, -1, -1, ""],
      ignored: [],
    });
  });

  it("do not matter for the other parameters of a constructor, which go by name", () => {
    expect(decode("WebRtcEndpoint", { mediaPipeline: "P", qosDscp: "EF" })).toMatchObject({
      named: { recvonly: false, qosDscp: "EF" },
      ignored: [],
    });
  });
});

describe("a value type that says what it is", () => {
  const candidate = { candidate: "c", sdpMid: "0", sdpMLineIndex: 0 };

  it.each([
    { __module__: "kurento", __type__: "IceCandidate" },
    { __module__: "elements", __type__: "IceCandidate" },
    { __type__: "IceCandidate" },
    { __module__: "kurento" },
  ])("is taken when it is the type: %j", (tags) => {
    const decoded = decode("WebRtcEndpoint.addIceCandidate", { candidate: { ...tags, ...candidate } });
    expect(decoded.named).toEqual({ candidate });
  });

  it.each([
    [{ __module__: "kurento", __type__: "Nope" }, 40003, "Type Nope does not exist in module kurento ("],
    [{ __module__: "nope", __type__: "IceCandidate" }, 40003, "Type IceCandidate does not exist in module nope ("],
    [{ __module__: "kurento", __type__: "Fraction" }, 40003, "Type Fraction is not compatible ("],
    [{ __module__: "kurento", __type__: 5 }, 40001, "'__type__' property should be a string ("],
    [{ __module__: {}, __type__: "IceCandidate" }, 40001, "'__module__' property should be a string ("],
  ])("is refused with %j", (tags, code, text) => {
    const error = failure("WebRtcEndpoint.addIceCandidate", { candidate: { ...tags, ...candidate } });
    expect(error.code).toBe(code);
    expect(error.message.startsWith(text), error.message).toBe(true);
  });
});
