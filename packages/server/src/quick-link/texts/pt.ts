import type { LinkTexts } from './en.js';

export default {
  title: 'Prova de vida',
  heading: 'Mostre que está aí',
  lead: 'A câmera filma o seu rosto por alguns segundos. Nada é enviado antes de começar.',
  light: 'Procure uma luz uniforme e aumente o brilho da tela.',
  takeOff: 'Tire óculos escuros, máscara ou chapéu.',
  upright: 'Segure o telefone na vertical, à altura dos olhos.',
  begin: 'Começar',
  once: 'Este link funciona uma única vez. Comece quando estiver pronto.',
  loadFailed: 'Não é possível carregar isto neste momento.',
  startFailed: 'Não é possível começar neste momento.',
  used: 'Este link já foi usado ou expirou. Peça outro.',
  thanks: 'Obrigado',
  complete: 'A verificação terminou. Pode fechar esta página.',
  failed: 'Não funcionou',
  askAgain: 'Peça outro link a quem lhe enviou este.',
  useless: 'Este link não funciona',
  uselessUsed: 'Já foi usado, expirou ou foi copiado de forma incompleta. Peça outro a quem o enviou.',
  uselessCallback: 'Leva a um endereço que o remetente não permitiu. Peça outro a quem o enviou.',
} satisfies LinkTexts;
