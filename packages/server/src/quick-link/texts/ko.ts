import type { LinkTexts } from './en.js';

export default {
  title: '본인 확인',
  heading: '본인이 있음을 보여 주세요',
  lead: '카메라가 몇 초 동안 얼굴을 촬영합니다. 시작하기 전에는 아무것도 전송되지 않습니다.',
  light: '조명이 고른 곳에서 화면을 밝게 하세요.',
  takeOff: '선글라스, 마스크, 모자를 벗으세요.',
  upright: '휴대폰을 세로로 눈높이에 맞춰 드세요.',
  begin: '시작',
  once: '이 링크는 한 번만 쓸 수 있습니다. 준비되면 시작하세요.',
  loadFailed: '지금은 불러올 수 없습니다.',
  startFailed: '지금은 시작할 수 없습니다.',
  used: '이미 사용되었거나 만료된 링크입니다. 다른 링크를 요청하세요.',
  thanks: '감사합니다',
  complete: '확인이 끝났습니다. 이 페이지를 닫아도 됩니다.',
  failed: '잘되지 않았습니다',
  askAgain: '링크를 보낸 사람에게 다른 링크를 요청하세요.',
  useless: '이 링크는 쓸 수 없습니다',
  uselessUsed: '이미 사용되었거나 만료되었거나 일부만 복사되었습니다. 보낸 사람에게 다른 링크를 요청하세요.',
  uselessCallback: '보낸 사람이 허용하지 않은 주소로 연결됩니다. 보낸 사람에게 다른 링크를 요청하세요.',
} satisfies LinkTexts;
