import { LABEL } from '../../reading/check-label';

/** The construct's id as a DNS label: `MyShop` becomes `my-shop`, `2Shop` `mesh-2-shop`. What cannot be one becomes `mesh`. */
export function meshNameOf(constructId: string): string {
  const name = constructId
    .replace(/([a-z0-9])([A-Z])/g, '$1-$2')
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^-+|-+$/g, '')
    .replace(/^(?=[0-9])/, 'mesh-')
    .slice(0, 63)
    .replace(/-+$/, '');
  return LABEL.test(name) ? name : 'mesh';
}
