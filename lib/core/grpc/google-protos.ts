/**
 * Files of Google's that describe how gRPC is translated, as far as descriptors need them: no library ships all of them. Those of
 * `google/protobuf/` come from @bufbuild/protobuf.
 * https://github.com/googleapis/googleapis/tree/master/google/api and .../google/rpc (Apache-2.0)
 */
export const GOOGLE_PROTOS: Readonly<Record<string, string>> = {
  'google/api/http.proto': `
    syntax = "proto3";
    package google.api;
    message Http { repeated HttpRule rules = 1; bool fully_decode_reserved_expansion = 2; }
    message HttpRule {
      string selector = 1;
      oneof pattern {
        string get = 2;
        string put = 3;
        string post = 4;
        string delete = 5;
        string patch = 6;
        CustomHttpPattern custom = 8;
      }
      string body = 7;
      string response_body = 12;
      repeated HttpRule additional_bindings = 11;
    }
    message CustomHttpPattern { string kind = 1; string path = 2; }`,
  // Its extension of MethodOptions is written by number (http-rule.ts).
  'google/api/annotations.proto': `
    syntax = "proto3";
    package google.api;
    import "google/api/http.proto";
    import "google/protobuf/descriptor.proto";`,
  'google/api/httpbody.proto': `
    syntax = "proto3";
    package google.api;
    import "google/protobuf/any.proto";
    message HttpBody { string content_type = 1; bytes data = 2; repeated google.protobuf.Any extensions = 3; }`,
  'google/rpc/status.proto': `
    syntax = "proto3";
    package google.rpc;
    import "google/protobuf/any.proto";
    message Status { int32 code = 1; string message = 2; repeated google.protobuf.Any details = 3; }`,
  'google/rpc/error_details.proto': `
    syntax = "proto3";
    package google.rpc;
    import "google/protobuf/duration.proto";
    message ErrorInfo { string reason = 1; string domain = 2; map<string, string> metadata = 3; }
    message RetryInfo { google.protobuf.Duration retry_delay = 1; }
    message DebugInfo { repeated string stack_entries = 1; string detail = 2; }
    message QuotaFailure {
      message Violation {
        string subject = 1;
        string description = 2;
        string api_service = 3;
        string quota_metric = 4;
        string quota_id = 5;
        map<string, string> quota_dimensions = 6;
        int64 quota_value = 7;
        optional int64 future_quota_value = 8;
      }
      repeated Violation violations = 1;
    }
    message PreconditionFailure {
      message Violation { string type = 1; string subject = 2; string description = 3; }
      repeated Violation violations = 1;
    }
    message BadRequest {
      message FieldViolation {
        string field = 1;
        string description = 2;
        string reason = 3;
        LocalizedMessage localized_message = 4;
      }
      repeated FieldViolation field_violations = 1;
    }
    message RequestInfo { string request_id = 1; string serving_data = 2; }
    message ResourceInfo { string resource_type = 1; string resource_name = 2; string owner = 3; string description = 4; }
    message Help {
      message Link { string description = 1; string url = 2; }
      repeated Link links = 1;
    }
    message LocalizedMessage { string locale = 1; string message = 2; }`,
};

/** Whose messages services send as details of errors. */
export const ERROR_DETAILS = 'google/rpc/error_details.proto';
