import type { LinkTexts } from './en.js';

export default {
  title: '真人检测',
  heading: '请证明您在现场',
  lead: '摄像头会拍摄您的面部几秒钟。在您开始之前不会发送任何内容。',
  light: '请到光线均匀的地方，并调高屏幕亮度。',
  takeOff: '请摘下墨镜、口罩或帽子。',
  upright: '请竖直握住手机，与眼睛齐平。',
  begin: '开始',
  once: '此链接只能使用一次。准备好后再开始。',
  loadFailed: '目前无法加载。',
  startFailed: '目前无法开始。',
  used: '此链接已被使用或已过期。请索取新的链接。',
  thanks: '谢谢',
  complete: '检测已完成。您可以关闭此页面。',
  failed: '未能成功',
  askAgain: '请向发送链接的人索取新的链接。',
  useless: '此链接无效',
  uselessUsed: '链接已被使用、已过期或复制不完整。请向发送者索取新的链接。',
  uselessCallback: '链接指向发送者未允许的地址。请向发送者索取新的链接。',
} satisfies LinkTexts;
