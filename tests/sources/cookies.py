"""Lists of cookies as browsers and programs send them: untidy, and all of each is secret."""

COOKIES = (
    "a=b; sid=CANARYTOKEN1; c=d",
    "name=John Doe; sid=CANARYTOKEN1",
    "a=1;; sid=CANARYTOKEN1",
    "a=1 ; sid=CANARYTOKEN1",
    "a=1, sid=CANARYTOKEN1",
    'a="b c"; sid=CANARYTOKEN1',
    '"a"; sid=CANARYTOKEN1',
    'a={"b":1,"c":[2]}; sid=CANARYTOKEN1',
    "a+b=1; c[0]=1; x[y]=2; sid=CANARYTOKEN1",
    "a=it's; sid=CANARYTOKEN1",
    "a; sid=CANARYTOKEN1",
    "=a; sid=CANARYTOKEN1",
    "名=1; sid=CANARYTOKEN1",
    "a=<b>&c=d; sid=CANARYTOKEN1",
    "a=b; Expires=Wed, 09 Jun 2027 10:18:14 GMT; Path=/, sid=CANARYTOKEN1; HttpOnly",
)
