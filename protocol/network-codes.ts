import { entry } from './error-entry.ts';

/** What lies between a display and its service: why no verified link comes up. The display tries on by itself with each of them. */
export const networkErrors = {
  unreachable: entry(
    null,
    ['The service cannot be reached.', 'Check the network, and that the service’s address and port are allowed.'],
    ['Le service est injoignable.', "Vérifiez le réseau, et que l'adresse et le port du service sont autorisés."],
  ),
  'connection-refused': entry(
    null,
    ['Nothing listens at the service’s address and port.', 'Check that the service is running, and the address in ROLLCALL_URL.'],
    ["Rien n'écoute à l'adresse et au port du service.", "Vérifiez que le service est lancé, et l'adresse dans ROLLCALL_URL."],
  ),
  'connection-cut': entry(
    null,
    [
      'The connection to the service was cut.',
      'Wait a moment; if it stays so, ask the network’s admin whether a filter cuts connections to the service.',
    ],
    [
      'La connexion au service a été coupée.',
      "Patientez un instant ; si cela persiste, demandez à l'administrateur du réseau si un filtre coupe les connexions au service.",
    ],
  ),
  'no-route': entry(
    null,
    ['This display has no way to the service’s network.', 'Check the cable or Wi-Fi, and that the network gave it a gateway.'],
    [
      "Cet écran n'a aucun chemin vers le réseau du service.",
      'Vérifiez le câble ou le Wi-Fi, et que le réseau lui a donné une passerelle.',
    ],
  ),
  'name-not-found': entry(
    null,
    [
      'The network does not know the service’s name.',
      'Check the cable or Wi-Fi, the address in ROLLCALL_URL, and the network’s DNS.',
    ],
    [
      'Le réseau ne connaît pas le nom du service.',
      "Vérifiez le câble ou le Wi-Fi, l'adresse dans ROLLCALL_URL et le DNS du réseau.",
    ],
  ),
  'service-untrusted': entry(
    null,
    [
      'Something answers in the service’s place, with a certificate that this display may not trust.',
      'Ask for the service’s address to be let through any filter that opens TLS.',
    ],
    [
      "Quelque chose répond à la place du service, avec un certificat auquel l'écran ne peut pas se fier.",
      "Demandez que l'adresse du service passe sans être ouverte par un filtre TLS.",
    ],
  ),
  'clock-wrong': entry(
    null,
    [
      'This display’s clock is behind: by it the service’s certificate is not valid yet.',
      'Set the display’s date and time, or let it take them from the network (NTP, UDP port 123).',
    ],
    [
      "L'horloge de cet écran retarde : d'après elle, le certificat du service n'est pas encore valide.",
      "Réglez la date et l'heure de l'écran, ou laissez-le les prendre du réseau (NTP, port UDP 123).",
    ],
  ),
  'certificate-expired': entry(
    null,
    [
      'By this display’s clock the certificate that answered has expired.',
      'Check the display’s date and time; if they are right, the service’s certificate must be renewed.',
    ],
    [
      "D'après l'horloge de cet écran, le certificat reçu a expiré.",
      "Vérifiez la date et l'heure de l'écran ; si elles sont justes, le certificat du service doit être renouvelé.",
    ],
  ),
  'not-the-service': entry(
    null,
    [
      'What answers at the service’s address is not a Rollcall service.',
      'Check ROLLCALL_URL; if it is right, ask the network’s admin what answers in the service’s place.',
    ],
    [
      "Ce qui répond à l'adresse du service n'est pas un service Rollcall.",
      "Vérifiez ROLLCALL_URL ; si elle est juste, demandez à l'administrateur du réseau ce qui répond à la place du service.",
    ],
  ),
  'service-down': entry(
    null,
    [
      'The service’s address answers, but the service does not work at the moment.',
      'Wait; the next try comes by itself. If it stays so, tell the service’s operator.',
    ],
    [
      "L'adresse du service répond, mais le service ne fonctionne pas pour le moment.",
      "Patientez ; le prochain essai se fait tout seul. Si cela persiste, prévenez l'exploitant du service.",
    ],
  ),
  'network-sign-in': entry(
    null,
    [
      'The network answers in the service’s place, as one does that wants a sign-in.',
      'Sign in to the network on this display, or ask for it to be let through without.',
    ],
    [
      'Le réseau répond à la place du service, comme le fait un portail de connexion.',
      "Connectez-vous au réseau sur cet écran, ou demandez qu'il passe sans connexion.",
    ],
  ),
  'network-refused': entry(
    null,
    [
      'Something on the way to the service refuses it by its name, as a filter does.',
      'Ask the network’s admin to allow the service’s address.',
    ],
    [
      'Quelque chose sur le chemin refuse le service par son nom, comme le fait un filtre.',
      "Demandez à l'administrateur du réseau d'autoriser l'adresse du service.",
    ],
  ),
  'proxy-sign-in': entry(
    null,
    [
      'The proxy wants a user and a password.',
      'Set HTTPS_PROXY=http://USER:PASSWORD@HOST:PORT, or have the service let through without.',
    ],
    [
      'Le proxy demande un utilisateur et un mot de passe.',
      'Réglez HTTPS_PROXY=http://UTILISATEUR:MOTDEPASSE@HÔTE:PORT, ou faites passer le service sans.',
    ],
  ),
  'proxy-unreachable': entry(
    null,
    [
      'The proxy in HTTPS_PROXY cannot be reached.',
      'Check its address and port; a service that is reached without it belongs in NO_PROXY.',
    ],
    [
      'Le proxy de HTTPS_PROXY est injoignable.',
      "Vérifiez son adresse et son port ; un service qui s'atteint sans lui va dans NO_PROXY.",
    ],
  ),
} as const;
