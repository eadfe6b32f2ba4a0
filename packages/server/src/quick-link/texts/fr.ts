import type { LinkTexts } from './en.js';

export default {
  title: 'Contrôle de présence',
  heading: 'Montrez que vous êtes là',
  lead: 'La caméra filme votre visage pendant quelques secondes. Rien n’est envoyé avant que vous ne commenciez.',
  light: 'Cherchez une lumière uniforme et augmentez la luminosité de l’écran.',
  takeOff: 'Retirez lunettes noires, masque et chapeau.',
  upright: 'Tenez le téléphone droit, à la hauteur de vos yeux.',
  begin: 'Commencer',
  once: 'Ce lien ne sert qu’une fois. Commencez quand vous êtes prêt.',
  loadFailed: 'Le chargement est impossible pour le moment.',
  startFailed: 'Le contrôle ne peut pas commencer pour le moment.',
  used: 'Ce lien a été utilisé ou a expiré. Demandez-en un autre.',
  thanks: 'Merci',
  complete: 'Le contrôle est terminé. Vous pouvez fermer cette page.',
  failed: 'Cela n’a pas fonctionné',
  askAgain: 'Demandez un autre lien à la personne qui vous l’a envoyé.',
  useless: 'Ce lien ne fonctionne pas',
  uselessUsed:
    'Il a été utilisé, a expiré ou n’a pas été copié en entier. Demandez-en un autre à la personne qui l’a envoyé.',
  uselessCallback:
    'Il mène à une adresse que son expéditeur n’a pas autorisée. Demandez-en un autre à la personne qui l’a envoyé.',
} satisfies LinkTexts;
