import type { LinkTexts } from './en.js';

export default {
  title: '真人檢測',
  heading: '請證明您在現場',
  lead: '相機會拍攝您的臉部幾秒鐘。在您開始之前不會傳送任何內容。',
  light: '請到光線均勻的地方，並調高螢幕亮度。',
  takeOff: '請摘下墨鏡、口罩或帽子。',
  upright: '請直立握住手機，與眼睛同高。',
  begin: '開始',
  once: '此連結只能使用一次。準備好後再開始。',
  loadFailed: '目前無法載入。',
  startFailed: '目前無法開始。',
  used: '此連結已被使用或已過期。請索取新的連結。',
  thanks: '謝謝',
  complete: '檢測已完成。您可以關閉此頁面。',
  failed: '未能成功',
  askAgain: '請向傳送連結的人索取新的連結。',
  useless: '此連結無效',
  uselessUsed: '連結已被使用、已過期或複製不完整。請向傳送者索取新的連結。',
  uselessCallback: '連結指向傳送者未允許的位址。請向傳送者索取新的連結。',
} satisfies LinkTexts;
