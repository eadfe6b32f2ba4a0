import type { LinkTexts } from './en.js';

export default {
  title: 'Verifica della presenza',
  heading: 'Mostra che ci sei',
  lead: 'La fotocamera riprende il tuo viso per qualche secondo. Nulla viene inviato prima che tu inizi.',
  light: 'Cerca una luce uniforme e aumenta la luminosità dello schermo.',
  takeOff: 'Togli occhiali scuri, mascherina o cappello.',
  upright: 'Tieni il telefono dritto, all’altezza degli occhi.',
  begin: 'Inizia',
  once: 'Questo link funziona una sola volta. Inizia quando sei pronto.',
  loadFailed: 'Al momento non è possibile caricare la verifica.',
  startFailed: 'Al momento non è possibile iniziare la verifica.',
  used: 'Questo link è già stato usato o è scaduto. Chiedine un altro.',
  thanks: 'Grazie',
  complete: 'La verifica è terminata. Puoi chiudere questa pagina.',
  failed: 'Non ha funzionato',
  askAgain: 'Chiedi un altro link a chi te lo ha inviato.',
  useless: 'Questo link non funziona',
  uselessUsed:
    'È già stato usato, è scaduto o è stato copiato in modo incompleto. Chiedine un altro a chi lo ha inviato.',
  uselessCallback:
    'Porta a un indirizzo che il mittente non ha consentito. Chiedine un altro a chi lo ha inviato.',
} satisfies LinkTexts;
