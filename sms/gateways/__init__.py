"""The gateways there are, one file each; `server/texting/gateways.py:_MAKERS` is the list that the
server sets up.

twilio.py          Twilio's texts             twilio_signature.py   who signed a webhook
voice.py           Twilio's calls             twilio_rest.py        Twilio's API
http.py            others that speak HTTP     http_sending.py       handing texts over to them
android.py         a phone with a SIM (SMS    presets.py            what Kannel, Jasmin, Vonage say
                   Gateway for Android)       secret_address.py     for those that sign nothing
africastalking.py  Africa's Talking: texts    posting.py            a request to a provider
                   and USSD
console.py         the simulator
"""
