import { keyMail } from '../mail/mail-kind.ts';

export const productKeyMails = {
  productKey: keyMail<{ credits: number }>('product-key'),
};
