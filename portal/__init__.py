"""The Streamlit shell: pages by role, sign-in, formats, charts; no boto3 and no decisions."""
