import type { ProtoProblem } from '../../../lib/core/grpc/proto-problem';
import { apiOfProtos } from '../../../lib/core/grpc/grpc-api';
import { descriptorOf } from '../../../lib/core/grpc/strip';
import { descriptorText } from '../../support/descriptor-text';

/** The descriptor of the method `Get` of the only service, with the types of error details left out of the text. */
function textOf(files: Readonly<Record<string, string>>): readonly string[] {
  const problems: ProtoProblem[] = [];
  const texts = Object.entries(files).map(([name, text]) => ({ name, path: name, text }));
  const api = apiOfProtos(texts, [texts[0].name], (problem) => problems.push(problem));
  expect(problems).toEqual([]);
  const method = api!.services[0].methods[0];
  return descriptorText(descriptorOf(api!, method, { method: 'POST', path: '/get', body: '*' })).filter(
    (line) =>
      !line.includes('google/rpc') &&
      !/^file google\/protobuf\/duration|^ {2}message Duration|^ {4}[12] int(64 seconds|32 nanos)/.test(line),
  );
}

const SERVICE = 'service S { rpc Get(M) returns (M); }';
const oneMessage = (body: string, more = '', syntax = 'syntax = "proto3";'): readonly string[] =>
  textOf({ 'a.proto': `${syntax}\npackage a.b;\nmessage M { ${body} }\n${more}\n${SERVICE}` });

test('scalars of every type, by their numbers', () => {
  expect(
    oneMessage(
      [
        'double a = 1; float b = 2; int64 c = 3; uint64 d = 4; int32 e = 5; fixed64 f = 6; fixed32 g = 7;',
        'bool h = 8; string i = 9; bytes j = 10; uint32 k = 11; sfixed32 l = 12; sfixed64 m = 13;',
        'sint32 n = 14; sint64 o = 536870911;',
      ].join(' '),
    ),
  ).toMatchInlineSnapshot(`
   [
     "file a.proto: package a.b, proto3",
     "  message M",
     "    1 double a",
     "    2 float b",
     "    3 int64 c",
     "    4 uint64 d",
     "    5 int32 e",
     "    6 fixed64 f",
     "    7 fixed32 g",
     "    8 bool h",
     "    9 string i",
     "    10 bytes j",
     "    11 uint32 k",
     "    12 sfixed32 l",
     "    13 sfixed64 m",
     "    14 sint32 n",
     "    536870911 sint64 o",
     "  service S",
     "    Get(.a.b.M) -> .a.b.M",
     "      POST /get body *",
   ]
  `);
});

test('names in JSON: those that differ, and those that the file gives', () => {
  expect(
    oneMessage(
      'string product_id = 1; string _a__b_2 = 2; string same = 3; string own = 4 [json_name = "@own"]; ' +
        'string as_is = 5 [json_name = "as_is"];',
    ),
  ).toMatchInlineSnapshot(`
   [
     "file a.proto: package a.b, proto3",
     "  message M",
     "    1 string product_id (json productId)",
     "    2 string _a__b_2 (json AB2)",
     "    3 string same",
     "    4 string own (json @own)",
     "    5 string as_is (json as_is)",
     "  service S",
     "    Get(.a.b.M) -> .a.b.M",
     "      POST /get body *",
   ]
  `);
});

test('repeated fields, maps, oneofs, and optional fields, whose oneofs come last', () => {
  expect(
    oneMessage(
      [
        'optional string note = 1; oneof kind { string a = 2; M b = 3; } repeated M all = 4;',
        'map<string, M> by_name = 5; map<int32, E> codes = 6; repeated int32 loose = 7 [packed = false];',
      ].join(' '),
      'enum E { E_NONE = 0; }',
    ),
  ).toMatchInlineSnapshot(`
   [
     "file a.proto: package a.b, proto3",
     "  enum E: E_NONE=0",
     "  message M",
     "    1 string note in _note (optional)",
     "    2 string a in kind",
     "    3 message.a.b.M b in kind",
     "    4 repeated message.a.b.M all",
     "    5 repeated message.a.b.M.ByNameEntry by_name (json byName)",
     "    6 repeated message.a.b.M.CodesEntry codes",
     "    7 repeated int32 loose {"packed":false}",
     "    message ByNameEntry {"mapEntry":true}",
     "      1 string key",
     "      2 message.a.b.M value",
     "    message CodesEntry {"mapEntry":true}",
     "      1 int32 key",
     "      2 enum.a.b.E value",
     "  service S",
     "    Get(.a.b.M) -> .a.b.M",
     "      POST /get body *",
   ]
  `);
});

test('enums with aliases and negative numbers, nested types, and names as protoc resolves them', () => {
  expect(
    oneMessage(
      'M.N n = 1; N.O o = 2; b.M m = 3; .a.b.M p = 4; K k = 5; message N { message O { enum K { A = 0; } K k = 1; } O o = 1; }',
      'enum K { option allow_alias = true; X = 0; Y = 0; Z = -1; }',
    ),
  ).toMatchInlineSnapshot(`
   [
     "file a.proto: package a.b, proto3",
     "  enum K: X=0 Y=0 Z=-1 {"allowAlias":true}",
     "  message M",
     "    1 message.a.b.M.N n",
     "    2 message.a.b.M.N.O o",
     "    3 message.a.b.M m",
     "    4 message.a.b.M p",
     "    5 enum.a.b.K k",
     "    message N",
     "      1 message.a.b.M.N.O o",
     "      message O",
     "        1 enum.a.b.M.N.O.K k",
     "        enum K: A=0",
     "  service S",
     "    Get(.a.b.M) -> .a.b.M",
     "      POST /get body *",
   ]
  `);
});

test('proto2: required fields, defaults, groups', () => {
  expect(
    oneMessage(
      [
        'required string a = 1; optional int32 b = 2 [default = -5];',
        'optional string c = 3 [default = "x\\"y"]; optional double d = 4 [default = inf];',
        'optional bool e = 5 [default = true]; optional K f = 6 [default = Y];',
        'repeated group MyGroup = 7 { optional string g = 1; } repeated int32 h = 8 [packed = true];',
        'optional bytes i = 9 [default = "a\\001"]; extensions 100 to 199; reserved 20, 30 to 40;',
      ].join(' '),
      'enum K { X = 1; Y = 2; }',
      'syntax = "proto2";',
    ),
  ).toMatchInlineSnapshot(`
   [
     "file a.proto: package a.b, proto2",
     "  enum K: X=1 Y=2",
     "  message M",
     "    1 required string a",
     "    2 int32 b (default -5)",
     "    3 string c (default x"y)",
     "    4 double d (default inf)",
     "    5 bool e (default true)",
     "    6 enum.a.b.K f (default Y)",
     "    7 repeated group.a.b.M.MyGroup mygroup",
     "    8 repeated int32 h {"packed":true}",
     "    9 bytes i (default a\\001)",
     "    message MyGroup",
     "      1 string g",
     "  service S",
     "    Get(.a.b.M) -> .a.b.M",
     "      POST /get body *",
   ]
  `);
});

test('editions: features of the file, of messages, fields and enums', () => {
  expect(
    oneMessage(
      'string a = 1 [features.field_presence = IMPLICIT]; M m = 2 [features.message_encoding = DELIMITED]; K k = 3;',
      'enum K { option features.enum_type = CLOSED; X = 1; }',
      'edition = "2023";\noption features.field_presence = EXPLICIT;',
    ),
  ).toMatchInlineSnapshot(`
   [
     "file a.proto: package a.b, editions 1000",
     "  enum K: X=1 {"features":{"enumType":2}}",
     "  message M",
     "    1 string a {"features":{"fieldPresence":2}}",
     "    2 message.a.b.M m {"features":{"messageEncoding":2}}",
     "    3 enum.a.b.K k",
     "  service S",
     "    Get(.a.b.M) -> .a.b.M",
     "      POST /get body *",
   ]
  `);
});

test('only what the method uses stays, of every file', () => {
  expect(
    textOf({
      'shop/a.proto': `syntax = "proto3"; package shop; import "shop/b.proto"; import "google/protobuf/timestamp.proto";
        import "google/api/annotations.proto";
        service S {
          rpc Get(Request) returns (common.Reply) { option (google.api.http) = { get: "/old" }; }
          rpc Other(Unused) returns (Unused);
        }
        service Unused2 { rpc Get(Request) returns (Request); }
        message Request { google.protobuf.Timestamp at = 1; Outer.Inner inner = 2; }
        message Unused { string a = 1; }
        message Outer { message Inner { Kind kind = 1; } message Unused3 {} enum Kind { NONE = 0; } string dropped = 1; }`,
      'shop/b.proto': 'syntax = "proto3"; package common; import public "shop/c.proto"; message Reply { Money price = 1; }',
      'shop/c.proto': 'syntax = "proto3"; package common; message Money { int64 units = 1; } message Unused4 {}',
    }),
  ).toMatchInlineSnapshot(`
   [
     "file google/protobuf/timestamp.proto: package google.protobuf, proto3",
     "  message Timestamp",
     "file shop/c.proto: package common, proto3",
     "  message Money",
     "    1 int64 units",
     "file shop/b.proto: package common, proto3, imports shop/c.proto",
     "  message Reply",
     "    1 message.common.Money price",
     "file shop/a.proto: package shop, proto3, imports google/protobuf/timestamp.proto, shop/b.proto",
     "  message Request",
     "    1 message.google.protobuf.Timestamp at",
     "    2 message.shop.Outer.Inner inner",
     "  message Outer",
     "    enum Kind: NONE=0",
     "    message Inner",
     "      1 enum.shop.Outer.Kind kind",
     "  service S",
     "    Get(.shop.Request) -> .common.Reply",
     "      POST /get body *",
   ]
  `);
});

test('an Any may hold each message of the API', () => {
  const text = textOf({
    'a.proto': [
      'syntax = "proto3"; import "google/protobuf/any.proto"; service S { rpc Get(M) returns (M);',
      '} message M { google.protobuf.Any any = 1; } message Held { string a = 1; }',
    ].join(' '),
  });
  expect(text).toContain('  message Held');
});
