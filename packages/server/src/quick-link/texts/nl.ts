import type { LinkTexts } from './en.js';

export default {
  title: 'Aanwezigheidscontrole',
  heading: 'Laat zien dat u er bent',
  lead: 'Uw camera filmt uw gezicht een paar seconden. Er wordt niets verzonden voordat u begint.',
  light: 'Zoek gelijkmatig licht en zet het scherm helderder.',
  takeOff: 'Zet een donkere bril, mondkapje of hoed af.',
  upright: 'Houd de telefoon rechtop, op ooghoogte.',
  begin: 'Beginnen',
  once: 'Deze link werkt één keer. Begin wanneer u klaar bent.',
  loadFailed: 'Dit kan op dit moment niet worden geladen.',
  startFailed: 'Dit kan op dit moment niet worden gestart.',
  used: 'Deze link is gebruikt of verlopen. Vraag om een andere.',
  thanks: 'Dank u',
  complete: 'De controle is klaar. U kunt deze pagina sluiten.',
  failed: 'Dat is niet gelukt',
  askAgain: 'Vraag degene die u de link stuurde om een andere.',
  useless: 'Deze link werkt niet',
  uselessUsed: 'Hij is gebruikt, verlopen of onvolledig gekopieerd. Vraag de afzender om een andere.',
  uselessCallback:
    'Hij leidt naar een adres dat de afzender niet heeft toegestaan. Vraag de afzender om een andere.',
} satisfies LinkTexts;
