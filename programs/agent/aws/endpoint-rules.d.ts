/** Which endpoint an API has, by AWS's own rules: partitions, FIPS and dual-stack. The packages have no other entry to them alone. */
declare module '@aws-sdk/client-*/dist-es/endpoint/endpointResolver' {
  export const defaultEndpointResolver: (parameters: {
    readonly Region: string;
    readonly UseFIPS: boolean;
    readonly UseDualStack: boolean;
    readonly Endpoint?: string;
  }) => { readonly url: URL; readonly properties?: Readonly<Record<string, never>> };
}
