/** Everything a sign-up asks for; kept while the user moves between its pages. */
export interface Draft {
  name: string;
  email: string;
  password: string;
  organization: string;
  contactName: string;
  phone: string;
}
