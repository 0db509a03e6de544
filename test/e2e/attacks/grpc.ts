/** Paths of gRPC methods, of which /echo.Echo/Say and /open.Open/* are allowed, and what they are answered. */

/** By grpc-status: 7 is PERMISSION_DENIED, 13 what gRPC makes of 400; the application's own answer has none. */
export type GrpcFate = 'arrives' | 7 | 13;

export const GRPC_PATHS: ReadonlyArray<readonly [path: string, fate: GrpcFate]> = [
  ['/echo.Echo/Say', 'arrives'],
  ['/open.Open/Anything', 'arrives'],
  ['/echo.Echo/say', 7],
  ['/echo.echo/Say', 7],
  ['/echo.Echo/Say/', 7],
  ['/echo.Echo/Repeat', 7],
  ['/echo.Echo/Say;x', 7],
  ['/echo.Echo/Say%20', 7],
  ['/open.Open/../echo.Echo/Repeat', 7],
  ['/open.Open/..;/echo.Echo/Repeat', 7],
  ['/open.Open/%2e%2e/echo.Echo/Repeat', 7],
  ['/open.Open/%e0%80%ae%e0%80%ae/echo.Echo/Repeat', 7],
  ['/open.Open/..%2fecho.Echo/Repeat', 13],
  ['/open.OpenX/Anything', 7],
];
