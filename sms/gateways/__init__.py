"""The gateways there are, one file each; `server/texting/gateways.py` sets them up.

twilio.py          Twilio's texts             twilio_signature.py   who signed a webhook
voice.py           Twilio's calls             posting.py            a request to a provider
http.py            others that speak HTTP     presets.py            what Kannel, Jasmin, Vonage say
android.py         a phone with a SIM (SMS Gateway for Android)
africastalking.py  Africa's Talking: texts and USSD
console.py         the simulator
"""
