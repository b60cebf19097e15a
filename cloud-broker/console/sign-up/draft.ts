/** All that a sign-up asks for; kept while one goes back and forth between its pages. */
export interface Draft {
  name: string;
  email: string;
  password: string;
  organization: string;
  contactName: string;
  phone: string;
}
