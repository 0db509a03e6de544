/**
 * By which a mesh is known where others of the account are, too: in the metrics of its agents, in proofs of identity, and in the tags of
 * its roles. Two environments of one app have the same domain, and AWS gives no ID twice: that of the private hosted zone, which a
 * mesh keeps even when its VPC changes. Meshes that share a zone of the user's differ by their domains, whose records it holds once.
 *
 * A domain, a slash and letters and digits are allowed everywhere: in tags of roles, encryption contexts, conditions of policies, and
 * dimensions of metrics.
 * https://docs.aws.amazon.com/IAM/latest/UserGuide/id_tags.html#id_tags_rules_creating
 * https://docs.aws.amazon.com/kms/latest/developerguide/encrypt_context.html
 * https://docs.aws.amazon.com/AmazonCloudWatch/latest/APIReference/API_Dimension.html
 *
 * @param hostedZoneId of the zone of the virtual names
 */
export function scopeOf(domain: string, hostedZoneId: string): string {
  return `${domain}/${hostedZoneId}`;
}
