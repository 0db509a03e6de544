/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/cloudformation-limits.html */
export const MAX_STACK_RESOURCES = 500;
export const MAX_TEMPLATE_BYTES = 1_000_000;
