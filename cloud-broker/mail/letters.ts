import type { LinkTemplate, MailData, MailTemplate } from '../store/outbox-rows.ts';
import type { Letter } from './letter.ts';

/** What a mail carries beside its facts: where the service is, its link with the token, or the product key in groups. */
export type Enclosed<Template extends MailTemplate> = { home: string } & (Template extends LinkTemplate
  ? { link: string }
  : Template extends 'product-key'
    ? { key: string }
    : unknown);

/** Every mail's words in one language. */
export type Letters = {
  [Template in MailTemplate]: (facts: MailData[Template], enclosed: Enclosed<Template>) => Letter;
};
